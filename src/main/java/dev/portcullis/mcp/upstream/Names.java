package dev.portcullis.mcp.upstream;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** What addresses a host name stands for, asked without blocking. */
interface Names {
    /** More than any one server has; whoever answers DNS must not fill our memory. */
    int MAX_ADDRESSES = 256;

    /** Fails where nothing is known of the name; completes on the caller's context. */
    Future<List<InetAddress>> addresses(String host);

    /** Those of DNS and the hosts file. The resolver remembers answers for as long as they say themselves. */
    static Names of(Vertx vertx) {
        return host -> {
            Context context = vertx.getOrCreateContext();
            Promise<List<InetAddress>> answer = Promise.promise();
            ((VertxInternal) vertx)
                    .nameResolver()
                    .resolveAll(
                            host,
                            resolved -> context.runOnContext(now -> {
                                if (resolved.succeeded()) {
                                    answer.complete(oneFamily(resolved.result()));
                                } else {
                                    answer.fail(resolved.cause());
                                }
                            }));
            return answer.future();
        };
    }

    /** Those of the family that comes first: a server with an IPv4 and an IPv6 address is one server, not two. */
    private static List<InetAddress> oneFamily(List<InetSocketAddress> resolved) {
        return resolved.stream()
                .map(InetSocketAddress::getAddress)
                .filter(address ->
                        address.getClass().equals(resolved.get(0).getAddress().getClass()))
                .distinct()
                .limit(MAX_ADDRESSES)
                .toList();
    }
}
