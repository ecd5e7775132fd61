package dev.portcullis.testkit;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A web site on 127.0.0.1 that serves what a test tells it to, and remembers who asked. */
public final class DocumentHost implements AutoCloseable {
    private final Vertx vertx;
    private final HttpServer server;
    private final Map<String, Page> pages = new ConcurrentHashMap<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger openConnections = new AtomicInteger();

    /** Answers a request in its own way. */
    public interface Page {
        void answer(HttpServerRequest request);
    }

    /** @param serverName that TLS was asked for; empty without */
    public record Asked(String path, String host, String serverName, Map<String, String> headers) {}

    private DocumentHost(HttpServerOptions options) {
        vertx = Vertx.vertx();
        server = await(vertx.createHttpServer(options.setHost("127.0.0.1").setPort(0))
                .connectionHandler(connection -> {
                    connections.incrementAndGet();
                    openConnections.incrementAndGet();
                    connection.closeHandler(closed -> openConnections.decrementAndGet());
                })
                .requestHandler(this::handle)
                .listen());
    }

    public static DocumentHost start() {
        return start(new HttpServerOptions());
    }

    public static DocumentHost start(HttpServerOptions options) {
        return new DocumentHost(options);
    }

    public int port() {
        return server.actualPort();
    }

    public String url(String path) {
        return "http://localhost:" + port() + path;
    }

    public void serve(String path, Page page) {
        pages.put(path, page);
    }

    /** A JSON document; headers as names and values in turn. */
    public void serve(String path, JsonObject document, String... headers) {
        serve(path, request -> {
            request.response().putHeader("Content-Type", "application/json");
            for (int i = 0; i < headers.length; i += 2) {
                request.response().putHeader(headers[i], headers[i + 1]);
            }
            request.response().end(document.encode());
        });
    }

    public void fail(String path, int status) {
        serve(path, request -> request.response().setStatusCode(status).end());
    }

    public List<Asked> asked() {
        return List.copyOf(asked);
    }

    public long hits(String path) {
        return asked.stream().filter(one -> one.path().equals(path)).count();
    }

    /** Since the start. */
    public int connections() {
        return connections.get();
    }

    public int openConnections() {
        return openConnections.get();
    }

    @Override
    public void close() {
        await(vertx.close());
    }

    private void handle(HttpServerRequest request) {
        Map<String, String> headers = new ConcurrentHashMap<>();
        request.headers().forEach(header -> headers.put(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
        String serverName = request.connection().indicatedServerName();
        asked.add(new Asked(
                request.path(), String.valueOf(request.authority()), serverName == null ? "" : serverName, headers));
        pages.getOrDefault(
                        request.path(),
                        unknown -> unknown.response().setStatusCode(404).end())
                .answer(request);
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("the web site could not be built", e);
        }
    }
}
