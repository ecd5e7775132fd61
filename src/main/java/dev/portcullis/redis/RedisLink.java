package dev.portcullis.redis;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.outage.Outage;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import io.vertx.redis.client.impl.types.ErrorType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One pipelined connection, for one event loop: belongs to the verticle instance that made it and is called from its context only.
 *
 * <p>It supervises itself. A command without an answer in time means a server that is frozen or gone: the connection is replaced. In between
 * every call fails at once with {@link Outage}; no caller waits for a dead connection.
 */
public final class RedisLink {
    // A master that was demoted answers so for ever; only a new connection finds its successor.
    private static final String DEMOTED = "READONLY";

    private final GatewayConfig.Redis config;
    private final SupervisedConnection connection;
    private final RedisMetrics metrics;
    private int pending;

    public RedisLink(Vertx vertx, GatewayConfig.Redis config, RedisMetrics metrics) {
        this.config = config;
        this.metrics = metrics;
        this.connection =
                new SupervisedConnection(vertx, config, metrics, "commands", fresh -> Future.succeededFuture());
    }

    /** Completes when the first attempt to connect has succeeded or failed; trying goes on by itself. */
    public Future<Void> start() {
        return connection.start();
    }

    public boolean isUp() {
        return connection.current().isPresent();
    }

    /** Stores a value that must not be there yet. Fails with {@link Outage} only, as all of these do. */
    public Future<Void> put(String key, String value, Duration ttl) {
        return send(Command.SET, key, value, "PX", String.valueOf(ttl.toMillis()), "NX")
                .mapEmpty();
    }

    /** Stores a value if there is none yet; answers whether it did. */
    public Future<Boolean> putIfAbsent(String key, String value, Duration ttl) {
        return send(Command.SET, key, value, "PX", String.valueOf(ttl.toMillis()), "NX")
                .map(Optional::isPresent);
    }

    /** Stores a value, whatever was there. */
    public Future<Void> set(String key, String value, Duration ttl) {
        return send(Command.SET, key, value, "PX", String.valueOf(ttl.toMillis()))
                .mapEmpty();
    }

    public Future<Optional<String>> get(String key) {
        return send(Command.GET, key).map(reply -> reply.map(Response::toString));
    }

    /** Takes a value out: of several callers one gets it. */
    public Future<Optional<String>> take(String key) {
        return send(Command.GETDEL, key).map(reply -> reply.map(Response::toString));
    }

    /** One field of a hash. */
    public Future<Optional<String>> field(String key, String field) {
        return send(Command.HGET, key, field).map(reply -> reply.map(Response::toString));
    }

    /** Several fields of a hash, in this order. */
    public Future<List<Optional<String>>> fields(String key, List<String> fields) {
        Request request = Request.cmd(Command.HMGET).arg(key);
        fields.forEach(request::arg);
        return exchange("hmget", request)
                .recover(error -> Future.failedFuture(outage("hmget", error)))
                .map(reply -> reply.stream()
                        .flatMap(Response::stream)
                        .map(value -> Optional.ofNullable(value).map(Response::toString))
                        .toList());
    }

    /** Runs a script, loading it where this server does not know it yet; answers what it returns, a single value as a list of one. */
    public Future<List<String>> run(Script script, List<String> keys, List<String> arguments) {
        return exchange(script.name(), evaluation(Command.EVALSHA, script.sha1(), keys, arguments))
                .recover(error -> isError(error, "NOSCRIPT")
                        ? exchange(script.name(), evaluation(Command.EVAL, script.source(), keys, arguments))
                        : Future.failedFuture(error))
                .recover(error -> Future.failedFuture(outage(script.name(), error)))
                .map(reply -> reply.map(RedisLink::texts).orElse(List.of()));
    }

    public Future<Void> close() {
        return connection.close();
    }

    private Future<Optional<Response>> send(Command command, String... arguments) {
        Request request = Request.cmd(command);
        List.of(arguments).forEach(request::arg);
        String name = command.toString();
        return exchange(name, request).recover(error -> Future.failedFuture(outage(name, error)));
    }

    private static List<String> texts(Response reply) {
        return reply.type() == ResponseType.MULTI
                ? reply.stream().map(Response::toString).toList()
                : List.of(reply.toString());
    }

    private Future<Optional<Response>> exchange(String name, Request request) {
        Optional<RedisConnection> up = connection.current();
        if (up.isEmpty()) {
            return Future.failedFuture(new Outage("redis", "not connected"));
        }
        if (pending >= config.maxPending()) {
            return Future.failedFuture(new Outage("redis", "too many commands under way"));
        }
        RedisConnection used = up.get();
        pending++;
        metrics.sent();
        long sent = System.nanoTime();
        return used.send(request)
                .timeout(config.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .map(Optional::ofNullable)
                .onComplete(result -> {
                    pending--;
                    metrics.answered(name, outcome(result), System.nanoTime() - sent);
                    if (result.failed()
                            && (result.cause() instanceof TimeoutException || isError(result.cause(), DEMOTED))) {
                        connection.lost(used, String.valueOf(result.cause().getMessage()));
                    }
                });
    }

    private static String outcome(AsyncResult<?> result) {
        return result.succeeded() ? "ok" : result.cause() instanceof TimeoutException ? "timeout" : "error";
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
