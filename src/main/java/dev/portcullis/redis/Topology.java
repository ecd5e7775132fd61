package dev.portcullis.redis;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.config.RedisAddress;
import dev.portcullis.config.RedisAddress.Server;
import dev.portcullis.outage.Outage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.List;

/** How commands and subscriptions find their servers, for each kind of Redis. */
record Topology(Vertx vertx, GatewayConfig.Redis config, Clients clients) {

    static Topology of(Vertx vertx, GatewayConfig.Redis config) {
        return new Topology(vertx, config, new Clients(vertx, config));
    }

    Servers commands(RedisMetrics metrics) {
        return config.address().kind() == RedisAddress.Kind.CLUSTER
                ? new ClusterServers(vertx, config, metrics, clients)
                : new CommandConnection(vertx, config, metrics, master());
    }

    /** In a cluster whichever server answers first: each one passes messages on to all (Redis Cluster specification, "Publish/Subscribe"). */
    Locator subscriptions() {
        return config.address().kind() == RedisAddress.Kind.CLUSTER ? this::first : master();
    }

    private Locator master() {
        RedisAddress address = config.address();
        return address.kind() == RedisAddress.Kind.SENTINEL
                ? new Sentinels(clients, address)
                : () -> Future.succeededFuture(address.servers().get(0));
    }

    private Future<Server> first() {
        List<Future<Server>> answers = config.address().servers().stream()
                .map(server -> clients.ask(server, Request.cmd(Command.PING)).map(server))
                .toList();
        return Future.any(answers)
                .map(any -> answers.stream()
                        .filter(Future::succeeded)
                        .findFirst()
                        .orElseThrow()
                        .result())
                .recover(failure -> Future.failedFuture(new Outage("redis", "no server of the cluster answers")));
    }
}
