package dev.portcullis.dev.mcp;

import dev.portcullis.http.RequestBody;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;

/** Streamable HTTP at {@code /mcp}, for clients of both eras. One event loop, so its sessions need no locks. */
public final class DemoMcpServer {
    private static final int MAX_BODY = 1024 * 1024;

    private final Vertx vertx;
    private final String deployment;
    private final String url;

    private DemoMcpServer(Vertx vertx, String deployment, String url) {
        this.vertx = vertx;
        this.deployment = deployment;
        this.url = url;
    }

    /** @param port 0 takes a free one */
    public static Future<DemoMcpServer> start(Vertx vertx, String host, int port) {
        ServerVerticle verticle = new ServerVerticle(host, port);
        return vertx.deployVerticle(verticle)
                .map(id -> new DemoMcpServer(vertx, id, "http://" + host + ":" + verticle.actualPort + "/mcp"));
    }

    public String url() {
        return url;
    }

    public Future<Void> close() {
        return vertx.undeploy(deployment);
    }

    static JsonObject serverInfo() {
        return new JsonObject().put("name", "portcullis-demo").put("version", "1.0.0");
    }

    static void json(HttpServerRequest request, int status, JsonObject body) {
        request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(body.encode());
    }

    private static final class ServerVerticle extends VerticleBase {
        private final String host;
        private final int port;
        private final RequestBody body = new RequestBody(MAX_BODY);
        private int actualPort;

        ServerVerticle(String host, int port) {
            this.host = host;
            this.port = port;
        }

        @Override
        public Future<?> start() {
            LegacyEra legacy = new LegacyEra(vertx);
            ModernEra modern = new ModernEra(vertx);
            return vertx.createHttpServer()
                    .requestHandler(request -> handle(request, legacy, modern))
                    .listen(port, host)
                    .onSuccess(server -> actualPort = server.actualPort());
        }

        private void handle(HttpServerRequest request, LegacyEra legacy, ModernEra modern) {
            if (!request.path().equals("/mcp")) {
                request.response().setStatusCode(404).end();
                return;
            }
            String version = request.getHeader("MCP-Protocol-Version");
            // Revisions are dates, so text order is time order.
            boolean isModern = version != null && version.compareTo(ModernEra.VERSION) >= 0;
            message(request)
                    .onSuccess(message -> {
                        if (isModern) {
                            modern.handle(request, message);
                        } else {
                            legacy.handle(request, message);
                        }
                    })
                    .onFailure(failure -> json(request, 400, Rpc.error(new JsonObject(), -32700, "Parse error")));
        }

        private Future<JsonObject> message(HttpServerRequest request) {
            if (!request.method().equals(HttpMethod.POST)) {
                return Future.succeededFuture(new JsonObject());
            }
            return body.text(request, "application/json").map(text -> {
                if (Json.decodeValue(text) instanceof JsonObject message) {
                    return message;
                }
                throw new DecodeException("not one JSON-RPC message");
            });
        }
    }
}
