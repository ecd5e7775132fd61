package dev.portcullis.dev.mcp;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Wires the parts together on one event loop, which is what keeps their state free of locks. */
final class DemoMcpVerticle extends VerticleBase {
    private static final int MAX_HEADER_BYTES = 32 * 1024;
    private static final long LAST_WORDS_MS = 2000;

    private final String host;
    private final int port;
    private final Bounds bounds;
    private final Slots calls;
    private final Slots streams;
    private final SessionTable sessions;
    private Optional<Subscriptions> subscriptions = Optional.empty();
    private Optional<HttpServer> server = Optional.empty();

    DemoMcpVerticle(String host, int port, Bounds bounds) {
        this.host = host;
        this.port = port;
        this.bounds = bounds;
        this.calls = new Slots(bounds.openStreams());
        this.streams = new Slots(bounds.openStreams());
        this.sessions = new SessionTable(Clock.systemUTC(), bounds.sessions(), bounds.sessionIdle());
    }

    @Override
    public Future<?> start() {
        var tools = new Tools(
                List.of(new EchoTool(), new AddTool(), new WhoamiTool(), new CountdownTool(vertx, bounds.second())),
                calls);
        var listening = new Subscriptions(vertx, bounds, streams);
        subscriptions = Optional.of(listening);
        var endpoint = new McpEndpoint(
                new LoopbackGuard(host),
                bounds,
                new ModernEra(vertx, bounds, tools, listening),
                new LegacyEra(vertx, bounds, tools, sessions, streams));
        vertx.setPeriodic(Math.max(1, bounds.sessionIdle().toMillis() / 4), timer -> sessions.endIdle());
        var http = vertx.createHttpServer(new HttpServerOptions()
                        .setHost(host)
                        .setPort(port)
                        .setMaxHeaderSize(MAX_HEADER_BYTES)
                        .setHandle100ContinueAutomatically(true))
                .requestHandler(endpoint::handle);
        server = Optional.of(http);
        return http.listen();
    }

    /** Says goodbye on every open stream before the connections close. */
    @Override
    public Future<?> stop() {
        sessions.endAll();
        return subscriptions
                .map(Subscriptions::end)
                .orElseGet(Future::succeededFuture)
                .timeout(LAST_WORDS_MS, TimeUnit.MILLISECONDS)
                .otherwiseEmpty()
                .compose(done -> server.map(HttpServer::close).orElseGet(Future::succeededFuture));
    }

    int port() {
        return server.map(HttpServer::actualPort).orElse(port);
    }

    int runningCalls() {
        return calls.taken();
    }

    int openStreams() {
        return streams.taken();
    }
}
