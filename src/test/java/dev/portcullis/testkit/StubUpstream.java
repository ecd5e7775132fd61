package dev.portcullis.testkit;

import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A replica of a server that answers every POST with its own name and every GET with a stream that stays open. A POST without a session begins
 * one, in whatever era; a session that began elsewhere, or ended, is 404.
 */
public final class StubUpstream implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final String name;
    private final String scheme;
    private final int port;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final Set<String> sessions = ConcurrentHashMap.newKeySet();
    private final List<MultiMap> seen = new CopyOnWriteArrayList<>();
    private volatile Mood mood = Mood.WELL;

    /** How it is. */
    public enum Mood {
        WELL,
        /** Reads requests and hangs up. */
        BROKEN,
        /** Reads requests and says nothing. */
        SILENT,
        /** Answers 503. */
        OVERLOADED
    }

    public StubUpstream(String name) {
        this(name, new HttpServerOptions().setHost("localhost").setPort(0));
    }

    public StubUpstream(String name, HttpServerOptions options) {
        this.name = name;
        this.scheme = options.isSsl() ? "https" : "http";
        this.port = World.await(vertx.createHttpServer(options)
                        .requestHandler(this::handle)
                        .listen())
                .actualPort();
    }

    public String url() {
        return scheme + "://localhost:" + port + "/mcp";
    }

    public int port() {
        return port;
    }

    public String name() {
        return name;
    }

    public void mood(Mood next) {
        mood = next;
    }

    /** Requests so far. */
    public int calls() {
        return calls.get();
    }

    /** Requests under way, streams included. */
    public int open() {
        return open.get();
    }

    /** The ids of the sessions that have begun here and not ended. */
    public Set<String> sessions() {
        return sessions;
    }

    /** The headers of each request so far. */
    public List<MultiMap> seen() {
        return seen;
    }

    private void handle(HttpServerRequest request) {
        calls.incrementAndGet();
        open.incrementAndGet();
        seen.add(MultiMap.caseInsensitiveMultiMap().addAll(request.headers()));
        request.response().endHandler(ended -> open.decrementAndGet());
        request.response().exceptionHandler(gone -> {});
        request.endHandler(read -> answer(request));
    }

    private void answer(HttpServerRequest request) {
        if (mood == Mood.BROKEN) {
            request.connection().close();
        } else if (mood == Mood.OVERLOADED) {
            request.response().setStatusCode(503).end();
        } else if (mood == Mood.WELL) {
            serve(request);
        }
    }

    private void serve(HttpServerRequest request) {
        String session = request.getHeader("Mcp-Session-Id");
        if (session != null && !sessions.contains(session)) {
            request.response().setStatusCode(404).end();
        } else if (request.method().equals(HttpMethod.DELETE)) {
            sessions.remove(session);
            request.response().setStatusCode(204).end();
        } else if (request.method().equals(HttpMethod.GET)) {
            request.response()
                    .putHeader("Content-Type", "text/event-stream")
                    .setChunked(true)
                    .write("data: " + name + "\n\n");
        } else {
            String current = session == null ? name + "-" + calls.get() : session;
            sessions.add(current);
            request.response()
                    .putHeader("Content-Type", "application/json")
                    .putHeader("Mcp-Session-Id", current)
                    .end(new JsonObject()
                            .put("server", name)
                            .put("version", request.version().name())
                            .put("host", String.valueOf(request.authority()))
                            .encode());
        }
    }

    @Override
    public void close() {
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("the stub could not be closed", e);
        }
    }
}
