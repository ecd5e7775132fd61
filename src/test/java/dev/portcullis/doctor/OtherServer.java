package dev.portcullis.doctor;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A server that is not what it should be. */
final class OtherServer implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;

    OtherServer(Handler<HttpServerRequest> handler) {
        try {
            server = vertx.createHttpServer()
                    .requestHandler(handler)
                    .listen(0, "localhost")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static OtherServer answering(int status) {
        return new OtherServer(
                request -> request.response().setStatusCode(status).end());
    }

    static OtherServer withAuthorization() {
        return new OtherServer(request -> request.response()
                .setStatusCode(401)
                .putHeader("WWW-Authenticate", "Bearer realm=\"its own\"")
                .end());
    }

    /** MCP of the legacy era alone, with sessions that clients cannot end but with another answer than they should get. */
    static OtherServer legacy(int statusOfDelete) {
        return new OtherServer(request -> beLegacy(request, statusOfDelete));
    }

    /** The same, and whatever it is asked takes that long. */
    static OtherServer slow(Duration delay) {
        return new OtherServer(request -> {
            request.pause();
            Vertx.currentContext().owner().setTimer(delay.toMillis(), late -> {
                beLegacy(request, 405);
                request.resume();
            });
        });
    }

    private static void beLegacy(HttpServerRequest request, int statusOfDelete) {
        request.body().onSuccess(body -> {
            if (request.method().name().equals("DELETE")) {
                request.response().setStatusCode(statusOfDelete).end();
            } else if (body.toString().contains("\"initialize\"")) {
                request.response()
                        .putHeader("Mcp-Session-Id", "1")
                        .putHeader("Content-Type", "text/event-stream")
                        .end("data: "
                                + new JsonObject()
                                        .put("jsonrpc", "2.0")
                                        .put("id", 1)
                                        .put("result", new JsonObject().put("protocolVersion", "2025-06-18"))
                                        .encode()
                                + "\n\n");
            } else {
                request.response().setStatusCode(400).end();
            }
        });
    }

    String url() {
        return "http://localhost:" + server.actualPort() + "/mcp";
    }

    @Override
    public void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
