package dev.portcullis.redis;

import dev.portcullis.config.GatewayConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.HashSet;
import java.util.Set;

/**
 * Listens on channels, on a connection of its own that is replaced and subscribed anew whenever it is lost. Messages sent in between are gone
 * (Redis Pub/Sub, "Delivery semantics"), so whoever cares reads what it missed each time {@link Subscriber#subscribed} is called.
 * Event-loop confined.
 */
public final class RedisSubscription {
    private final SupervisedConnection connection;
    private final Set<String> channels;
    private final Subscriber subscriber;

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
        this.connection = new SupervisedConnection(vertx, config, metrics, "subscription", locator, this::subscribe);
        this.channels = channels;
        this.subscriber = subscriber;
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

    /** Nothing else is ever sent on this connection: the client library takes a pushed message for the answer of a command that waits. */
    private Future<Void> subscribe(RedisConnection fresh) {
        Promise<Void> confirmed = Promise.promise();
        Set<String> missing = new HashSet<>(channels);
        fresh.handler(push -> {
            if (push.size() != 3) {
                return;
            }
            String channel = text(push, 1);
            switch (text(push, 0)) {
                case "subscribe":
                    if (missing.remove(channel) && missing.isEmpty()) {
                        confirmed.complete();
                        subscriber.subscribed();
                    }
                    break;
                case "message":
                    subscriber.message(channel, text(push, 2));
                    break;
                default:
                // Nothing else was asked for.
            }
        });
        Request request = Request.cmd(Command.SUBSCRIBE);
        channels.forEach(request::arg);
        return fresh.send(request).compose(sent -> confirmed.future());
    }

    private static String text(Response push, int index) {
        return String.valueOf(push.get(index));
    }
}
