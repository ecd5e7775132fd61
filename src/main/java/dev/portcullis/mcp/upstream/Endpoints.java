package dev.portcullis.mcp.upstream;

import dev.portcullis.config.UpstreamTransport;
import dev.portcullis.trace.CurrentSpan;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The endpoints of one upstream. Host names are looked up again and again: addresses that are new join, those that are gone get nothing new,
 * and are forgotten when nothing is under way there any more. While a name cannot be looked up, its last addresses stay.
 */
final class Endpoints {
    private static final Logger LOG = LoggerFactory.getLogger(Endpoints.class);
    private static final Pattern LITERAL = Pattern.compile("[0-9.]+|\\[.*]");
    private static final long PAUSE = Duration.ofSeconds(1).toNanos();

    private final Vertx vertx;
    private final String upstream;
    private final List<URI> urls;
    private final UpstreamTransport transport;
    private final Names names;
    private final EndpointStates states;
    private final Set<String> hosts;
    private final Map<String, List<InetAddress>> addresses = new HashMap<>();
    // By key; also those that are gone but not idle yet.
    private final Map<String, Endpoint> known = new LinkedHashMap<>();
    private final long timer;
    private List<Endpoint> present = List.of();
    private Optional<Future<Void>> lookup = Optional.empty();
    private long lastLookup = System.nanoTime() - PAUSE;

    Endpoints(
            Vertx vertx,
            String upstream,
            List<URI> urls,
            UpstreamTransport transport,
            Names names,
            EndpointStates states) {
        this.vertx = vertx;
        this.upstream = upstream;
        this.urls = urls;
        this.transport = transport;
        this.names = names;
        this.states = states;
        this.hosts = transport.resolve().isZero()
                ? Set.of()
                : urls.stream()
                        .map(URI::getHost)
                        .filter(host -> !LITERAL.matcher(host).matches())
                        .collect(Collectors.toSet());
        if (hosts.isEmpty()) {
            timer = -1;
            arrange();
        } else {
            timer = vertx.setPeriodic(transport.resolve().toMillis(), tick -> lookUp());
            lookUp();
        }
    }

    /** Whether there are any; at the start, the first answer about names may still be under way. */
    boolean areKnown() {
        return !present.isEmpty();
    }

    /** Waits for the first answer; fails with {@link UnknownHostException}. */
    Future<Void> know() {
        return lookUp().compose(done -> areKnown()
                ? Future.succeededFuture()
                : Future.failedFuture(new UnknownHostException("no address is known for " + hosts)));
    }

    /**
     * One for new work: of two at random, the one with less under way ("power of two choices"), among those that are well; where none is, among
     * all, for somebody has to find out that they are back.
     *
     * @param except not this one, if there is another
     */
    Endpoint pick(Optional<Endpoint> except) {
        int count = present.size();
        if (count == 1) {
            return present.get(0);
        }
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int first = random.nextInt(count);
        int second = (first + 1 + random.nextInt(count - 1)) % count;
        Endpoint one = present.get(first);
        Endpoint other = present.get(second);
        if (except.isEmpty() && one.health().admits() && other.health().admits()) {
            return lessBusy(one, other);
        }
        List<Endpoint> others = present.stream()
                .filter(endpoint -> except.isEmpty() || endpoint != except.get())
                .toList();
        List<Endpoint> well =
                others.stream().filter(endpoint -> endpoint.health().admits()).toList();
        return ofTwo(well.isEmpty() ? others : well);
    }

    /** Also finds one that has gone but is not idle yet. Looks names up again before it says no. */
    Future<Optional<Endpoint>> find(String key) {
        Endpoint found = known.get(key);
        if (found != null) {
            return Future.succeededFuture(Optional.of(found));
        }
        return lookUp().map(done -> Optional.ofNullable(known.get(key)));
    }

    /** Whether new work could go to another one than this. */
    boolean hasOtherThan(Endpoint endpoint) {
        return present.size() > 1 || (present.size() == 1 && present.get(0) != endpoint);
    }

    /** Requests under way. */
    int open() {
        return known.values().stream().mapToInt(Endpoint::open).sum();
    }

    /** Looks no names up any more. */
    void close() {
        vertx.cancelTimer(timer);
    }

    private static Endpoint ofTwo(List<Endpoint> among) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int first = random.nextInt(among.size());
        if (among.size() == 1) {
            return among.get(first);
        }
        int second = (first + 1 + random.nextInt(among.size() - 1)) % among.size();
        return lessBusy(among.get(first), among.get(second));
    }

    private static Endpoint lessBusy(Endpoint one, Endpoint other) {
        return one.open() <= other.open() ? one : other;
    }

    /** Once at a time, and not more often than every second, however many ask. */
    private Future<Void> lookUp() {
        if (lookup.isPresent()) {
            return CurrentSpan.keep(lookup.get());
        }
        if (hosts.isEmpty() || System.nanoTime() - lastLookup < PAUSE) {
            return Future.succeededFuture();
        }
        lastLookup = System.nanoTime();
        List<Future<?>> answers = new ArrayList<>();
        for (String host : hosts) {
            answers.add(names.addresses(host)
                    .onSuccess(found -> addresses.put(host, found))
                    .onFailure(failure -> LOG.atWarn()
                            .addKeyValue("upstream", upstream)
                            .addKeyValue("host", host)
                            .addKeyValue("reason", failure.getClass().getSimpleName())
                            .log("a host name cannot be looked up")));
        }
        Promise<Void> done = Promise.promise();
        lookup = Optional.of(done.future());
        Future.join(answers).onComplete(all -> {
            arrange();
            lookup = Optional.empty();
            done.complete();
        });
        return CurrentSpan.keep(done.future());
    }

    private void arrange() {
        List<Endpoint> now = new ArrayList<>();
        for (URI url : urls) {
            if (hosts.contains(url.getHost())) {
                for (InetAddress address : addresses.getOrDefault(url.getHost(), List.of())) {
                    now.add(endpoint(url, Optional.of(String.valueOf(address.getHostAddress()))));
                }
            } else {
                now.add(endpoint(url, Optional.empty()));
            }
        }
        // Name servers shuffle their answers.
        if (!present.isEmpty() && !Set.copyOf(now).equals(Set.copyOf(present))) {
            LOG.atInfo()
                    .addKeyValue("upstream", upstream)
                    .addKeyValue("endpoints", now)
                    .log("the endpoints have changed");
        }
        present = List.copyOf(now);
        states.present(present.stream().map(Endpoint::key).collect(Collectors.toSet()));
        known.values().removeIf(endpoint -> endpoint.open() == 0 && !present.contains(endpoint));
    }

    private Endpoint endpoint(URI url, Optional<String> address) {
        return known.computeIfAbsent(Endpoint.key(url, address), key -> new Endpoint(url, address, transport));
    }
}
