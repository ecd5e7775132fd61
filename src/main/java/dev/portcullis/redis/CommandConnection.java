package dev.portcullis.redis;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.outage.Outage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pipelined connection to a server that takes writes. Nobody waits for a dead one: it is replaced when a command has no answer in time,
 * which means a server that is frozen or gone, and when the server says that it takes no writes any more. A heartbeat finds that out while
 * nobody asks.
 */
final class CommandConnection implements Servers {
    private static final Logger LOG = LoggerFactory.getLogger(CommandConnection.class);
    private static final long HEARTBEAT_MS = 1000;

    private final Vertx vertx;
    private final GatewayConfig.Redis config;
    private final RedisMetrics metrics;
    private final SupervisedConnection connection;
    private Optional<Long> heartbeat = Optional.empty();
    private boolean idle;

    CommandConnection(Vertx vertx, GatewayConfig.Redis config, RedisMetrics metrics, Locator locator) {
        this.vertx = vertx;
        this.config = config;
        this.metrics = metrics;
        this.connection = new SupervisedConnection(vertx, config, metrics, "commands", locator, this::prepare);
    }

    @Override
    public Future<Void> start() {
        heartbeat = Optional.of(vertx.setPeriodic(HEARTBEAT_MS, beat -> {
            if (idle && isUp()) {
                send(Request.cmd(Command.PING));
            }
            idle = true;
        }));
        return connection.start();
    }

    @Override
    public boolean isUp() {
        return connection.current().isPresent();
    }

    @Override
    public Future<Response> send(int slot, Request request) {
        return send(request);
    }

    Future<Response> send(Request request) {
        Optional<RedisConnection> up = connection.current();
        if (up.isEmpty()) {
            return Future.failedFuture(new Outage("redis", "not connected"));
        }
        idle = false;
        RedisConnection used = up.get();
        return used.send(request)
                .timeout(config.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .onFailure(error -> {
                    if (error instanceof TimeoutException || isDemoted(error)) {
                        connection.lost(used, Replies.kind(error));
                    }
                });
    }

    @Override
    public Future<Void> close() {
        heartbeat.ifPresent(vertx::cancelTimer);
        metrics.evicts(this, false);
        return connection.close();
    }

    /** A master that was demoted answers so for ever; only a new connection finds its successor. Redis 6.2 hides it in a script's error. */
    private static boolean isDemoted(Throwable error) {
        return error instanceof ErrorType && String.valueOf(error.getMessage()).contains("READONLY");
    }

    /** A Sentinel may name a server that has not taken over yet. */
    private Future<Void> prepare(RedisConnection fresh) {
        return fresh.send(Request.cmd(Command.INFO).arg("replication")).transform(info -> {
            // Where the gateway may not ask, the first write tells.
            boolean replica = info.succeeded() && String.valueOf(info.result()).contains("role:slave");
            if (replica) {
                return Future.failedFuture(new Outage("redis", "the server is a replica"));
            }
            lookAtPolicy(fresh);
            return Future.succeededFuture();
        });
    }

    /** What Redis evicts when it is full would be sign-ins and revocations. */
    private void lookAtPolicy(RedisConnection fresh) {
        Future<Response> memory = fresh.send(Request.cmd(Command.INFO).arg("memory"))
                .timeout(config.timeout().toMillis(), TimeUnit.MILLISECONDS);
        memory.onSuccess(info -> {
            String text = String.valueOf(info);
            Replies.field(text, "maxmemory_policy").ifPresent(policy -> {
                boolean evicts = !policy.equals("noeviction")
                        && !Replies.field(text, "maxmemory").equals(Optional.of("0"));
                if (metrics.evicts(this, evicts)) {
                    LOG.atWarn()
                            .addKeyValue("maxmemory-policy", policy)
                            .log("this Redis evicts sign-ins when it is full; set maxmemory-policy noeviction");
                }
            });
        });
    }
}
