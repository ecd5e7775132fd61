package dev.portcullis.dev.mcp;

import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * An MCP server to put behind the gateway and look at. It speaks Streamable HTTP in the session-based revisions
 * 2025-03-26, 2025-06-18 and 2025-11-25 and in the stateless 2026-07-28, and has the tools {@code echo}, {@code add},
 * {@code whoami} and {@code countdown}. It asks for no credentials and believes every header: bind it to loopback.
 */
public final class DemoMcpServer {
    private final Vertx vertx;
    private final String deploymentId;
    private final DemoMcpVerticle verticle;

    private DemoMcpServer(Vertx vertx, String deploymentId, DemoMcpVerticle verticle) {
        this.vertx = vertx;
        this.deploymentId = deploymentId;
        this.verticle = verticle;
    }

    /**
     * Starts the server; the future fails if the port is taken.
     *
     * @param host the address to bind to; on a loopback one, requests that name another host are refused
     * @param port the port, or 0 for a free one
     */
    public static Future<DemoMcpServer> start(Vertx vertx, String host, int port) {
        return start(vertx, host, port, Bounds.standard());
    }

    static Future<DemoMcpServer> start(Vertx vertx, String host, int port, Bounds bounds) {
        var verticle = new DemoMcpVerticle(host, port, bounds);
        return vertx.deployVerticle(verticle).map(id -> new DemoMcpServer(vertx, id, verticle));
    }

    /** The MCP endpoint. */
    public String url() {
        return "http://localhost:" + verticle.port() + McpEndpoint.PATH;
    }

    /** How many tool calls run now: shows whether a cancellation came through. Callable from any thread. */
    public int runningCalls() {
        return verticle.runningCalls();
    }

    /** How many notification streams are open now, of both eras. Callable from any thread. */
    public int openStreams() {
        return verticle.openStreams();
    }

    /** Ends every stream and session, then stops listening. Nothing happens the second time. */
    public Future<Void> close() {
        return vertx.deploymentIDs().contains(deploymentId) ? vertx.undeploy(deploymentId) : Future.succeededFuture();
    }
}
