package dev.portcullis.redis;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.outage.Outage;
import dev.portcullis.trace.Span;
import dev.portcullis.trace.Tracer;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import io.vertx.redis.client.impl.types.ErrorType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The way to Redis for one event loop, whatever kind of Redis it is: belongs to the verticle instance that made it and is called from its
 * context only.
 *
 * <p>It supervises itself: a connection to a server that is frozen, gone or demoted is replaced. In between every call fails at once with
 * {@link Outage}; no caller waits for a dead connection.
 */
public final class RedisLink {
    private static final long INSIST_MS = 100;

    private final Vertx vertx;
    private final GatewayConfig.Redis config;
    private final Servers servers;
    private final RedisMetrics metrics;
    private final Tracer tracer;
    private int pending;

    /** One whose commands are in nobody's trace. */
    public RedisLink(Vertx vertx, GatewayConfig.Redis config, RedisMetrics metrics) {
        this(vertx, config, metrics, Tracer.OFF);
    }

    public RedisLink(Vertx vertx, GatewayConfig.Redis config, RedisMetrics metrics, Tracer tracer) {
        this.tracer = tracer;
        this.vertx = vertx;
        this.config = config;
        this.metrics = metrics;
        this.servers = Topology.of(vertx, config).commands(metrics);
    }

    /** Completes when the first attempt to connect has succeeded or failed; trying goes on by itself. */
    public Future<Void> start() {
        return servers.start();
    }

    public boolean isUp() {
        return servers.isUp();
    }

    /** Stores a value that must not be there yet. Fails with {@link Outage} only, as all of these do. */
    public Future<Void> put(String key, String value, Duration ttl) {
        return send(Command.SET, key, value, "PX", String.valueOf(ttl.toMillis()), "NX")
                .mapEmpty();
    }

    /** Stores a value if there is none yet; answers whether it did. Looks first, as {@link #take} does. */
    public Future<Boolean> putIfAbsent(String key, String value, Duration ttl) {
        return get(key).compose(there -> there.isPresent() ? Future.succeededFuture(false) : putOnce(key, value, ttl));
    }

    private Future<Boolean> putOnce(String key, String value, Duration ttl) {
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

    /**
     * Takes a value out: of several callers one gets it. Looks first: a Redis that stands still does what it was told when it goes on, long after
     * everybody gave up; then the look is what is lost, and not the value.
     */
    public Future<Optional<String>> take(String key) {
        return get(key).compose(there -> there.isPresent()
                ? send(Command.GETDEL, key).map(reply -> reply.map(Response::toString))
                : Future.succeededFuture(there));
    }

    /** One field of a hash. */
    public Future<Optional<String>> field(String key, String field) {
        return send(Command.HGET, key, field).map(reply -> reply.map(Response::toString));
    }

    /** Several fields of a hash, in this order. */
    public Future<List<Optional<String>>> fields(String key, List<String> fields) {
        Request request = Request.cmd(Command.HMGET).arg(key);
        fields.forEach(request::arg);
        return exchange("hmget", "", () -> servers.send(HashSlot.of(key), request))
                .recover(error -> Future.failedFuture(outage("hmget", error)))
                .map(reply -> reply.stream()
                        .flatMap(Response::stream)
                        .map(value -> Optional.ofNullable(value).map(Response::toString))
                        .toList());
    }

    /**
     * Runs a script, loading it where this server does not know it yet; answers what it returns, a single value as a list of one.
     *
     * @param keys of one slot
     */
    public Future<List<String>> run(Script script, List<String> keys, List<String> arguments) {
        return answer(script, evaluate(script, keys, arguments));
    }

    /**
     * Runs a script that takes something which somebody has to give back. Where only its answer was lost nobody would: then the other script is
     * run as soon as Redis is there to be told, for so long at most.
     *
     * @param giveBack may come twice, or where nothing was taken
     */
    public Future<List<String>> take(
            Duration patience,
            Script script,
            Script giveBack,
            List<String> keys,
            List<String> arguments,
            String token) {
        return answer(script, evaluate(script, keys, arguments).onFailure(error -> {
            if (mayHaveHappened(error)) {
                insist(patience, giveBack, keys, List.of(token));
            }
        }));
    }

    /** Fails with an {@link Outage} where it was not sent, and with the error that Redis answered or that tells how the answer got lost. */
    private Future<Optional<Response>> evaluate(Script script, List<String> keys, List<String> arguments) {
        int slot = HashSlot.of(keys);
        Request known = evaluation(Command.EVALSHA, script.sha1(), keys, arguments);
        return exchange(
                "evalsha",
                script.name(),
                () -> servers.send(slot, known)
                        .recover(error -> Replies.isError(error, "NOSCRIPT")
                                ? servers.send(slot, evaluation(Command.EVAL, script.source(), keys, arguments))
                                : Future.failedFuture(error)));
    }

    private static boolean mayHaveHappened(Throwable error) {
        // The client library's own word for commands that waited on a connection that was lost; every other one is
        // Redis'.
        return error instanceof ErrorType
                ? Replies.kind(error).equals("CONNECTION_CLOSED")
                : !(error instanceof Outage);
    }

    private static Future<List<String>> answer(Script script, Future<Optional<Response>> evaluated) {
        return evaluated
                .recover(error -> Future.failedFuture(outage(script.name(), error)))
                .map(reply -> reply.map(RedisLink::texts).orElse(List.of()));
    }

    /**
     * Runs a script that finishes something, again and again while Redis is in trouble, for so long at most. It has to be one that may come
     * twice: where only its answer was lost, it does.
     */
    public Future<List<String>> insist(Duration patience, Script script, List<String> keys, List<String> arguments) {
        long end = System.nanoTime() + patience.toNanos();
        return insist(() -> System.nanoTime() < end, script, keys, arguments);
    }

    private Future<List<String>> insist(
            BooleanSupplier patient, Script script, List<String> keys, List<String> arguments) {
        return run(script, keys, arguments)
                .recover(outage -> patient.getAsBoolean()
                        ? vertx.timer(INSIST_MS, TimeUnit.MILLISECONDS)
                                .compose(waited -> insist(patient, script, keys, arguments))
                        : Future.failedFuture(outage));
    }

    public Future<Void> close() {
        return servers.close();
    }

    private Future<Optional<Response>> send(Command command, String key, String... arguments) {
        Request request = Request.cmd(command).arg(key);
        List.of(arguments).forEach(request::arg);
        String name = command.toString();
        return exchange(name, "", () -> servers.send(HashSlot.of(key), request))
                .recover(error -> Future.failedFuture(outage(name, error)));
    }

    private static List<String> texts(Response reply) {
        return reply.type() == ResponseType.MULTI
                ? reply.stream().map(Response::toString).toList()
                : List.of(reply.toString());
    }

    /** @param script its name; empty for a plain command */
    private Future<Optional<Response>> exchange(String command, String script, Supplier<Future<Response>> send) {
        if (pending >= config.maxPending()) {
            return Future.failedFuture(new Outage("redis", "too many commands under way"));
        }
        pending++;
        metrics.sent();
        Span span = span(command, script);
        long sent = System.nanoTime();
        return send.get().map(Optional::ofNullable).onComplete(result -> {
            pending--;
            String outcome = outcome(result);
            metrics.answered(script.isEmpty() ? command : script, outcome, System.nanoTime() - sent);
            if (result.failed()) {
                span.fail(outcome);
            }
            span.end();
        });
    }

    /** OpenTelemetry semantic conventions for Redis; never a key or a value, which say who did what. */
    private Span span(String command, String script) {
        Span span = tracer.call(command, script);
        span.put("db.system.name", "redis");
        span.put("db.operation.name", command);
        if (!script.isEmpty()) {
            span.put("db.stored_procedure.name", script);
        }
        return span;
    }

    private static String outcome(AsyncResult<?> result) {
        if (result.succeeded()) {
            return "ok";
        }
        return result.cause() instanceof TimeoutException
                ? "timeout"
                : result.cause() instanceof Outage ? "unsent" : "error";
    }

    private static Request evaluation(Command command, String script, List<String> keys, List<String> arguments) {
        Request request = Request.cmd(command).arg(script).arg(keys.size());
        keys.forEach(request::arg);
        arguments.forEach(request::arg);
        return request;
    }

    private static Outage outage(String what, Throwable error) {
        return error instanceof Outage known ? known : new Outage("redis", what + " failed, " + Replies.kind(error));
    }
}
