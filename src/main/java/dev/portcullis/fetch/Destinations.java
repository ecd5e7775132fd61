package dev.portcullis.fetch;

import dev.portcullis.config.Cidr;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.net.SocketAddress;
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
    // Shared by all event loops. Many, because a name server that never answers costs one for seconds.
    private static final int LOOKUP_THREADS = 32;

    private final Resolver resolver;
    private final Predicate<InetAddress> isPublic;

    /** From a name to its addresses, in the order of preference. */
    interface Resolver {
        Future<List<InetAddress>> resolve(String host);
    }

    Destinations(Resolver resolver, Predicate<InetAddress> isPublic) {
        this.resolver = resolver;
        this.isPublic = isPublic;
    }

    /** The system's resolver, which blocks and so has threads of its own. */
    static Destinations system(Vertx vertx, List<Cidr> denied) {
        WorkerExecutor workers = vertx.createSharedWorkerExecutor("portcullis-dns", LOOKUP_THREADS);
        return new Destinations(
                host -> workers.executeBlocking(() -> List.of(InetAddress.getAllByName(host)), false),
                new PublicAddresses(denied)::contains);
    }

    /** At most four; fails with {@link FetchProblem}. */
    Future<List<SocketAddress>> of(DocumentUrl url) {
        return resolver.resolve(url.host())
                .recover(failure -> Future.failedFuture(FetchProblem.passing("is on a host that cannot be found")))
                .compose(addresses -> {
                    // One bad address condemns the name: which one a connection would take is not the stranger's to
                    // choose.
                    boolean good = !addresses.isEmpty()
                            && addresses.stream().allMatch(url.loopback() ? InetAddress::isLoopbackAddress : isPublic);
                    return good
                            ? Future.succeededFuture(addresses.stream()
                                    .limit(MAX_ADDRESSES)
                                    .map(address ->
                                            SocketAddress.inetSocketAddress(new InetSocketAddress(address, url.port())))
                                    .toList())
                            // Whether a name exists in our network is nobody's business: the same words as above.
                            : Future.failedFuture(FetchProblem.passing("is on a host that cannot be found"));
                });
    }
}
