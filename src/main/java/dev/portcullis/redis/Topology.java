package dev.portcullis.redis;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.config.RedisAddress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

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
        return config.address().kind() == RedisAddress.Kind.CLUSTER
                ? new ClusterMembers(clients, config.address().servers())
                : master();
    }

    private Locator master() {
        RedisAddress address = config.address();
        return address.kind() == RedisAddress.Kind.SENTINEL
                ? new Sentinels(vertx, clients, config)
                : () -> Future.succeededFuture(address.servers().get(0));
    }
}
