package dev.portcullis.dev.mcp;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A demo server for each test; its seconds are short. */
final class DemoServer implements BeforeEachCallback, AfterEachCallback {
    /** How long a second of the countdown takes here. */
    static final Duration SECOND = Duration.ofMillis(50);

    private final Bounds bounds;
    private final Vertx vertx = Vertx.vertx();
    private DemoMcpServer server;

    @SuppressWarnings("NullAway.Init")
    DemoServer(Bounds bounds) {
        this.bounds = bounds;
    }

    static Bounds bounds(int openStreams) {
        return new Bounds(
                64 * 1024, Duration.ofSeconds(5), 4, Duration.ofMinutes(1), openStreams, Duration.ofMillis(40), SECOND);
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        server = await(DemoMcpServer.start(vertx, "127.0.0.1", 0, bounds));
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        await(server.close());
        await(vertx.close());
    }

    DemoMcpServer server() {
        return server;
    }

    McpCaller caller() {
        return new McpCaller(server.url());
    }

    static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
