package dev.portcullis.fetch;

import dev.portcullis.config.ClientDocuments;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.resolver.NameResolver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Predicate;

/**
 * Looks a host up once and answers the checked addresses to connect to. Whoever connects must use these and never the name, which may stand
 * for another address a moment later (DNS rebinding).
 */
final class Destinations {
    private static final int MAX_ADDRESSES = 4;
    // Netty keeps what it was told as long as it was told to, which here strangers would decide.
    private static final int CACHED_SECONDS = 1;
    // Within the time for a fetch, so that one name server of several may be away.
    private static final int TRIES = 3;

    private final Resolver resolver;
    private final Predicate<InetAddress> isPublic;

    /** From a name to its addresses, in the order of preference. */
    interface Resolver {
        Future<List<InetAddress>> resolve(String host);
    }

    Destinations(Resolver resolver, Predicate<InetAddress> isPublic) {
        this.resolver = new Lookups(resolver);
        this.isPublic = isPublic;
    }

    /** Asks the name servers of the system without a thread that would wait for them. */
    static Destinations system(Vertx vertx, ClientDocuments config) {
        AddressResolverOptions options = new AddressResolverOptions(
                        ((VertxInternal) vertx).nameResolver().options())
                .setCacheMaxTimeToLive(CACHED_SECONDS)
                .setQueryTimeout(Math.max(1, config.timeout().toMillis() / TRIES));
        NameResolver names = new NameResolver(vertx, options);
        return new Destinations(
                host -> resolve(vertx, names, host), new PublicAddresses(config.denyNetworks())::contains);
    }

    private static Future<List<InetAddress>> resolve(Vertx vertx, NameResolver names, String host) {
        Context context = vertx.getOrCreateContext();
        Promise<List<InetSocketAddress>> answer = Promise.promise();
        names.resolveAll(host, resolved -> context.runOnContext(now -> answer.handle(resolved)));
        return answer.future()
                .map(all -> all.stream().map(InetSocketAddress::getAddress).toList());
    }

    /** At most four; fails with {@link FetchProblem}. */
    Future<List<InetSocketAddress>> of(DocumentUrl url) {
        return resolver.resolve(url.host())
                .recover(failure -> Future.failedFuture(
                        failure instanceof FetchProblem
                                ? failure
                                : FetchProblem.passing("is on a host that cannot be found")))
                .compose(addresses -> {
                    // One bad address condemns the name: which one a connection would take is not the stranger's to
                    // choose.
                    boolean good = !addresses.isEmpty()
                            && addresses.stream().allMatch(url.loopback() ? InetAddress::isLoopbackAddress : isPublic);
                    return good
                            ? Future.succeededFuture(addresses.stream()
                                    .limit(MAX_ADDRESSES)
                                    .map(address -> new InetSocketAddress(address, url.port()))
                                    .toList())
                            // Whether a name exists in our network is nobody's business: the same words as above.
                            : Future.failedFuture(FetchProblem.passing("is on a host that cannot be found"));
                });
    }
}
