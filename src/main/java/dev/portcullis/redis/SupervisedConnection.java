package dev.portcullis.redis;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.config.RedisAddress.Server;
import dev.portcullis.outage.Outage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to Redis that is replaced whenever it is lost, after a pause with jitter. Each attempt is a client of its own: closing that
 * is the only thing that cuts the socket and fails what waits behind. Event-loop confined.
 */
final class SupervisedConnection {
    private static final Logger LOG = LoggerFactory.getLogger(SupervisedConnection.class);
    private static final long FIRST_PAUSE_MS = 50;
    private static final long LONGEST_PAUSE_MS = 1000;
    private static final long LOOK_MS = 5000;

    private final Vertx vertx;
    private final GatewayConfig.Redis config;
    private final Clients clients;
    private final String purpose;
    private final Locator locator;
    private final Function<RedisConnection, Future<Void>> prepare;
    private final RedisMetrics metrics;
    // Plain fields: all callbacks of the client run on the loop that created it.
    private Optional<Redis> client = Optional.empty();
    // Volatile for the readiness probe alone, which asks from another thread.
    private volatile Optional<RedisConnection> connection = Optional.empty();
    // The one that the connection leads to.
    private Optional<Server> server = Optional.empty();
    private long pauseMs = FIRST_PAUSE_MS;
    private boolean looking;
    private boolean lookAgain;
    private boolean closed;

    /**
     * @param purpose for the log
     * @param locator asked before each attempt
     * @param prepare what to do with a fresh connection before it counts as up
     */
    SupervisedConnection(
            Vertx vertx,
            GatewayConfig.Redis config,
            RedisMetrics metrics,
            String purpose,
            Locator locator,
            Function<RedisConnection, Future<Void>> prepare) {
        this.vertx = vertx;
        this.config = config;
        this.clients = new Clients(vertx, config);
        this.locator = locator;
        this.purpose = purpose;
        this.prepare = prepare;
        this.metrics = metrics;
    }

    /** Completes when the first attempt to connect has succeeded or failed; trying goes on by itself. */
    Future<Void> start() {
        metrics.wanted(true);
        locator.watch(this::look);
        return connect().otherwiseEmpty();
    }

    Optional<RedisConnection> current() {
        return connection;
    }

    /** To be called by whoever finds that a connection is of no use any more. */
    void lost(RedisConnection which, String reason) {
        if (connection.filter(current -> current == which).isEmpty()) {
            return;
        }
        connection = Optional.empty();
        metrics.lost();
        LOG.atWarn()
                .addKeyValue("purpose", purpose)
                .addKeyValue("reason", reason)
                .log("lost the connection to Redis");
        client.ifPresent(Redis::close);
        reconnectLater();
    }

    Future<Void> close() {
        if (!closed) {
            metrics.wanted(false);
        }
        connection.ifPresent(open -> metrics.closed());
        closed = true;
        locator.close();
        connection = Optional.empty();
        Future<Void> done = client.map(Redis::close)
                .map(Future.class::cast)
                .orElse(Future.succeededFuture())
                .mapEmpty();
        client = Optional.empty();
        return done;
    }

    private Future<Void> connect() {
        if (closed) {
            return Future.succeededFuture();
        }
        return locator.locate().compose(this::connect).onFailure(error -> {
            // Neither holds a password.
            LOG.atWarn()
                    .addKeyValue("purpose", purpose)
                    .addKeyValue("reason", error instanceof Outage ? error.getMessage() : Replies.kind(error))
                    .log("cannot connect to Redis, trying again");
            reconnectLater();
        });
    }

    private Future<Void> connect(Server server) {
        if (closed) {
            return Future.succeededFuture();
        }
        Redis attempt = clients.to(server);
        client = Optional.of(attempt);
        return attempt.connect()
                .compose(fresh -> prepare.apply(fresh).map(fresh))
                .timeout(config.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .onFailure(error -> attempt.close())
                .map(fresh -> {
                    adopt(server, fresh);
                    return null;
                });
    }

    private void adopt(Server found, RedisConnection fresh) {
        if (closed) {
            return;
        }
        fresh.endHandler(ended -> lost(fresh, "the server closed the connection"));
        fresh.exceptionHandler(error -> lost(fresh, Replies.kind(error)));
        connection = Optional.of(fresh);
        server = Optional.of(found);
        metrics.connected();
        LOG.atInfo()
                .addKeyValue("purpose", purpose)
                .addKeyValue("server", found)
                .log("connected to Redis");
        if (locator.changes()) {
            // It may have been replaced since it was named.
            look();
            lookLater(fresh);
        } else {
            pauseMs = FIRST_PAUSE_MS;
        }
    }

    /**
     * A master that was replaced, or is cut off from its Sentinels but not from us, would go on to take what its successor never gets. One look
     * at a time: all Sentinels tell of the same failover.
     */
    private void look() {
        if (looking) {
            lookAgain = true;
        } else if (connection.isPresent()) {
            looking = true;
            RedisConnection used = connection.get();
            locator.locate().map(Optional::of).onComplete(named -> {
                looking = false;
                if (named.succeeded()) {
                    judge(used, named.result());
                }
                if (lookAgain) {
                    lookAgain = false;
                    look();
                }
            });
        }
    }

    private void judge(RedisConnection used, Optional<Server> named) {
        if (named.equals(server)) {
            // Not before: those who disagree about it must not have us run from one to the other.
            pauseMs = FIRST_PAUSE_MS;
        } else {
            lost(used, "another server is the master now");
        }
    }

    /** For what was not heard. */
    private void lookLater(RedisConnection used) {
        long jitter = ThreadLocalRandom.current().nextLong(LOOK_MS / 2);
        vertx.setTimer(LOOK_MS + jitter, fired -> {
            if (connection.filter(current -> current == used).isPresent()) {
                look();
                lookLater(used);
            }
        });
    }

    private void reconnectLater() {
        long jitter = ThreadLocalRandom.current().nextLong(pauseMs / 2 + 1);
        vertx.setTimer(pauseMs / 2 + jitter, fired -> connect());
        pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
}
