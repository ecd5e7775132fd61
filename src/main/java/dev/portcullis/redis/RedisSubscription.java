package dev.portcullis.redis;

import dev.portcullis.config.GatewayConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Set;

/**
 * Listens on channels, on a connection of its own that is replaced and subscribed anew whenever it is lost. Messages sent in between are gone
 * (Redis Pub/Sub, "Delivery semantics"), so whoever cares reads what it missed each time {@link Subscriber#subscribed} is called.
 * Event-loop confined.
 */
public final class RedisSubscription {
    private final SupervisedConnection connection;

    /** Who listens. */
    public interface Subscriber {
        /** From now on messages arrive. */
        void subscribed();

        void message(String channel, String payload);
    }

    public RedisSubscription(
            Vertx vertx,
            GatewayConfig.Redis config,
            RedisMetrics metrics,
            Set<String> channels,
            Subscriber subscriber) {
        Locator locator = Topology.of(vertx, config).subscriptions();
        Channels listened = new Channels(channels);
        this.connection = new SupervisedConnection(
                vertx, config, metrics, "subscription", locator, fresh -> listened.subscribe(fresh, subscriber));
    }

    /** Completes when the first attempt has succeeded or failed; trying goes on by itself. */
    public Future<Void> start() {
        return connection.start();
    }

    /** For a listener who knows that messages were sent and did not arrive. */
    public void renew() {
        connection.current().ifPresent(silent -> connection.lost(silent, "messages do not arrive"));
    }

    public Future<Void> close() {
        return connection.close();
    }
}
