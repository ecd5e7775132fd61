package dev.portcullis.redis;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.config.RedisAddress;
import dev.portcullis.config.RedisAddress.Server;
import dev.portcullis.outage.Outage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.impl.types.ErrorType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Looks at the servers that the gateway would use, over connections of its own that are made as the gateway's are, and are not made again.
 * Event-loop confined. Futures fail with {@link Outage} for what a server refuses, else with the cause.
 */
public final class RedisInspection {
    private final Vertx vertx;
    private final GatewayConfig.Redis config;
    private final Clients clients;

    public RedisInspection(Vertx vertx, GatewayConfig.Redis config) {
        this.vertx = vertx;
        this.config = config;
        this.clients = new Clients(vertx, config);
    }

    /**
     * A server that takes writes.
     *
     * @param info what {@code INFO} answers; empty where the user may not ask
     */
    public record Seen(String server, String info) {
        public Optional<String> field(String name) {
            return Replies.field(info, name);
        }
    }

    /** One, or the masters of a cluster. */
    public Future<List<Seen>> servers() {
        return locate().compose(servers -> {
                    List<Future<Seen>> looks = servers.stream().map(this::look).toList();
                    return Future.all(looks)
                            .map(done -> looks.stream().map(Future::result).toList());
                })
                .recover(RedisInspection::explained);
    }

    /** How long each of so many {@code PING}s took, one after the other, at one of the servers; fewer, where they take longer than that. */
    public Future<List<Duration>> pings(int count, Duration atMost) {
        return locate().compose(servers -> {
                    Redis client = clients.to(servers.get(0));
                    return client.connect()
                            .compose(connection ->
                                    pings(connection, count, System.nanoTime() + atMost.toNanos(), new ArrayList<>()))
                            .onComplete(done -> client.close());
                })
                .recover(RedisInspection::explained);
    }

    private static Future<List<Duration>> pings(RedisConnection connection, int count, long end, List<Duration> took) {
        if (took.size() == count || (!took.isEmpty() && System.nanoTime() > end)) {
            return Future.succeededFuture(took);
        }
        long sent = System.nanoTime();
        return connection.send(Request.cmd(Command.PING)).compose(pong -> {
            took.add(Duration.ofNanos(System.nanoTime() - sent));
            return pings(connection, count, end, took);
        });
    }

    private Future<List<Server>> locate() {
        RedisAddress address = config.address();
        switch (address.kind()) {
            case SENTINEL:
                return new Sentinels(vertx, clients, config).locate().map(List::of);
            case CLUSTER:
                return Topology.of(vertx, config)
                        .subscriptions()
                        .locate()
                        .compose(one -> clients.ask(
                                        one, Request.cmd(Command.CLUSTER).arg("SLOTS"))
                                .map(slots ->
                                        List.copyOf(ClusterMap.of(one, slots).masters())));
            default:
                return Future.succeededFuture(List.of(address.servers().get(0)));
        }
    }

    private Future<Seen> look(Server server) {
        return clients.ask(server, Request.cmd(Command.INFO))
                .map(info -> new Seen(server.toString(), String.valueOf(info)))
                .recover(error -> Replies.isError(error, "NOPERM")
                        ? Future.succeededFuture(new Seen(server.toString(), ""))
                        : Future.failedFuture(error));
    }

    private static <T> Future<T> explained(Throwable error) {
        return Future.failedFuture(
                error instanceof ErrorType ? new Outage("redis", "it answers " + Replies.kind(error)) : error);
    }
}
