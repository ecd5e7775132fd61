package dev.portcullis.redis;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.outage.Outage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import io.vertx.redis.client.impl.types.ErrorType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pipelined connection, for one event loop: belongs to the verticle instance that made it and is called from its context only.
 *
 * <p>It supervises itself. A command without an answer in time means a server that is frozen or gone: the whole client is closed, because
 * only that cuts the socket and fails what waits behind, and a new one is made after a pause with jitter. In between every call fails at
 * once with {@link Outage}; no caller waits for a dead connection.
 */
public final class RedisLink {
    private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);
    private static final long FIRST_PAUSE_MS = 50;
    private static final long LONGEST_PAUSE_MS = 2000;
    // A master that was demoted answers so for ever; only a new connection finds its successor.
    private static final String DEMOTED = "READONLY";

    private final Vertx vertx;
    private final GatewayConfig.Redis config;
    // Event-loop confined, so plain fields: all callbacks of the client run on the loop that created it.
    private Optional<Redis> client = Optional.empty();
    // Volatile for the readiness probe alone, which asks from another thread.
    private volatile Optional<RedisConnection> connection = Optional.empty();
    private long pauseMs = FIRST_PAUSE_MS;
    private int pending;
    private boolean closed;

    public RedisLink(Vertx vertx, GatewayConfig.Redis config) {
        this.vertx = vertx;
        this.config = config;
    }

    /** Completes when the first attempt to connect has succeeded or failed; trying goes on by itself. */
    public Future<Void> start() {
        return connect().otherwiseEmpty();
    }

    public boolean isUp() {
        return connection.isPresent();
    }

    /** Stores a value that must not be there yet. Fails with {@link Outage} only, as all of these do. */
    public Future<Void> put(String key, String value, Duration ttl) {
        return send(Command.SET, key, value, "PX", String.valueOf(ttl.toMillis()), "NX")
                .mapEmpty();
    }

    /** Takes a value out: of several callers one gets it. */
    public Future<Optional<String>> take(String key) {
        return send(Command.GETDEL, key).map(reply -> reply.map(Response::toString));
    }

    /** One field of a hash. */
    public Future<Optional<String>> field(String key, String field) {
        return send(Command.HGET, key, field).map(reply -> reply.map(Response::toString));
    }

    /** Runs a script, loading it where this server does not know it yet; answers what it returns, a single value as a list of one. */
    public Future<List<String>> run(Script script, List<String> keys, List<String> arguments) {
        return exchange(evaluation(Command.EVALSHA, script.sha1(), keys, arguments))
                .recover(error -> isError(error, "NOSCRIPT")
                        ? exchange(evaluation(Command.EVAL, script.source(), keys, arguments))
                        : Future.failedFuture(error))
                .recover(error -> Future.failedFuture(outage(script.name(), error)))
                .map(reply -> reply.map(RedisLink::texts).orElse(List.of()));
    }

    public Future<Void> close() {
        closed = true;
        connection = Optional.empty();
        Future<Void> done = client.map(Redis::close)
                .map(Future.class::cast)
                .orElse(Future.succeededFuture())
                .mapEmpty();
        client = Optional.empty();
        return done;
    }

    private Future<Optional<Response>> send(Command command, String... arguments) {
        Request request = Request.cmd(command);
        List.of(arguments).forEach(request::arg);
        return exchange(request).recover(error -> Future.failedFuture(outage(command.toString(), error)));
    }

    private static List<String> texts(Response reply) {
        return reply.type() == ResponseType.MULTI
                ? reply.stream().map(Response::toString).toList()
                : List.of(reply.toString());
    }

    private Future<Optional<Response>> exchange(Request request) {
        if (connection.isEmpty()) {
            return Future.failedFuture(new Outage("redis", "not connected"));
        }
        if (pending >= config.maxPending()) {
            return Future.failedFuture(new Outage("redis", "too many commands under way"));
        }
        RedisConnection used = connection.get();
        pending++;
        return used.send(request)
                .timeout(config.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .map(Optional::ofNullable)
                .onComplete(result -> {
                    pending--;
                    if (result.failed()
                            && (result.cause() instanceof TimeoutException || isError(result.cause(), DEMOTED))) {
                        lost(used, String.valueOf(result.cause().getMessage()));
                    }
                });
    }

    private Future<Void> connect() {
        if (closed) {
            return Future.succeededFuture();
        }
        Redis attempt = Redis.createClient(vertx, options());
        client = Optional.of(attempt);
        return attempt.connect()
                .timeout(config.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .<Void>map(fresh -> {
                    fresh.endHandler(ended -> lost(fresh, "the server closed the connection"));
                    fresh.exceptionHandler(error -> lost(fresh, String.valueOf(error.getMessage())));
                    connection = Optional.of(fresh);
                    pauseMs = FIRST_PAUSE_MS;
                    LOG.atInfo().log("connected to Redis");
                    return null;
                })
                .onFailure(error -> {
                    attempt.close();
                    // The message can hold the address, never the password.
                    LOG.atWarn()
                            .addKeyValue("reason", error.getClass().getSimpleName())
                            .log("cannot connect to Redis, trying again");
                    reconnectLater();
                });
    }

    private void lost(RedisConnection which, String reason) {
        if (connection.filter(current -> current == which).isEmpty()) {
            return;
        }
        connection = Optional.empty();
        LOG.atWarn().addKeyValue("reason", reason).log("lost the connection to Redis");
        client.ifPresent(Redis::close);
        reconnectLater();
    }

    private void reconnectLater() {
        long jitter = ThreadLocalRandom.current().nextLong(pauseMs / 2 + 1);
        vertx.setTimer(pauseMs / 2 + jitter, fired -> connect());
        pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }

    private RedisOptions options() {
        RedisOptions options = new RedisOptions()
                .setConnectionString(config.url().reveal())
                .setMaxPoolSize(1)
                .setMaxPoolWaiting(1)
                .setMaxWaitingHandlers(config.maxPending());
        options.getNetClientOptions()
                .setConnectTimeout((int) config.timeout().toMillis())
                .setTcpKeepAlive(true)
                .setTcpUserTimeout((int) config.timeout().toMillis() * 2);
        return options;
    }

    private static Request evaluation(Command command, String script, List<String> keys, List<String> arguments) {
        Request request = Request.cmd(command).arg(script).arg(keys.size());
        keys.forEach(request::arg);
        arguments.forEach(request::arg);
        return request;
    }

    private static boolean isError(Throwable error, String kind) {
        return error instanceof ErrorType reply && reply.is(kind);
    }

    private static Outage outage(String what, Throwable error) {
        // An error reply can quote arguments: its kind is all that may reach a log.
        String reason = error instanceof ErrorType reply
                ? String.valueOf(reply.toString()).split("[ :]", 2)[0]
                : error.getClass().getSimpleName();
        return error instanceof Outage known ? known : new Outage("redis", what + " failed, " + reason);
    }
}
