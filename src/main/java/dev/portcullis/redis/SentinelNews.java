package dev.portcullis.redis;

import dev.portcullis.config.RedisAddress;
import dev.portcullis.config.RedisAddress.Server;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears from each Sentinel that the master was replaced (Redis documentation, "High availability with Redis Sentinel", "Pub/Sub messages"). A
 * master that was replaced while it worked, or that stood still and comes back, keeps its connections for seconds more, and what it takes
 * meanwhile is lost. A Sentinel that cannot be listened to is tried again, and nobody depends on it. Event-loop confined.
 */
final class SentinelNews implements RedisSubscription.Subscriber {
    private static final Logger LOG = LoggerFactory.getLogger(SentinelNews.class);
    private static final Channels CHANNELS = new Channels(Set.of("+switch-master"));
    private static final long PAUSE_MS = 5000;

    private final Vertx vertx;
    private final Clients clients;
    private final RedisAddress address;
    private final Duration timeout;
    private final Duration stillThere;
    private final Runnable replaced;
    // One for each Sentinel at most.
    private final Map<Server, Redis> listening = new HashMap<>();
    private final Set<Server> unheard = new HashSet<>();
    private boolean closed;

    /**
     * @param timeout of anything that is asked of a Sentinel
     * @param stillThere after so long it is asked for a sign of life
     * @param replaced called when a master was, and when that may have gone unheard
     */
    SentinelNews(
            Vertx vertx,
            Clients clients,
            RedisAddress address,
            Duration timeout,
            Duration stillThere,
            Runnable replaced) {
        this.vertx = vertx;
        this.clients = clients;
        this.address = address;
        this.timeout = timeout;
        this.stillThere = stillThere;
        this.replaced = replaced;
    }

    void start() {
        address.servers().forEach(this::listen);
    }

    @Override
    public void subscribed() {
        replaced.run();
    }

    /** @param payload the name of the group, its master before, and its master now */
    @Override
    public void message(String channel, String payload) {
        if (payload.startsWith(address.master() + " ")) {
            replaced.run();
        }
    }

    void close() {
        closed = true;
        listening.values().forEach(Redis::close);
        listening.clear();
    }

    private void listen(Server sentinel) {
        if (closed) {
            return;
        }
        Redis client = clients.toSentinel(sentinel);
        listening.put(sentinel, client);
        client.connect()
                .onSuccess(fresh -> {
                    fresh.endHandler(ended -> again(sentinel, client, "it closed the connection"));
                    fresh.exceptionHandler(error -> again(sentinel, client, Replies.kind(error)));
                    subscribe(sentinel, client, fresh);
                })
                .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .onFailure(error -> again(sentinel, client, Replies.kind(error)));
    }

    /** Now and then once more on the same connection, as there is no other sign of life on one that nothing is said on for months. */
    private void subscribe(Server sentinel, Redis client, RedisConnection connection) {
        CHANNELS.subscribe(connection, this)
                .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .onSuccess(heard -> {
                    unheard.remove(sentinel);
                    vertx.setTimer(stillThere.toMillis(), fired -> {
                        if (listening.get(sentinel) == client) {
                            subscribe(sentinel, client, connection);
                        }
                    });
                })
                .onFailure(error -> again(sentinel, client, Replies.kind(error)));
    }

    private void again(Server sentinel, Redis client, String reason) {
        // It can fail in two ways at once.
        if (!listening.remove(sentinel, client)) {
            return;
        }
        if (unheard.add(sentinel)) {
            LOG.atWarn()
                    .addKeyValue("sentinel", sentinel)
                    .addKeyValue("reason", reason)
                    .log("cannot hear a Sentinel, trying again");
        }
        client.close();
        vertx.setTimer(PAUSE_MS + ThreadLocalRandom.current().nextLong(PAUSE_MS / 2), fired -> listen(sentinel));
    }
}
