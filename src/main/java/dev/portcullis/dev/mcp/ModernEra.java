package dev.portcullis.dev.mcp;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/** MCP 2026-07-28: stateless, POST only, headers that mirror the body. */
final class ModernEra {
    static final String VERSION = "2026-07-28";
    private static final String PREFIX = "io.modelcontextprotocol/";
    private static final long KEEP_ALIVE_MS = 15_000;

    private final Vertx vertx;

    ModernEra(Vertx vertx) {
        this.vertx = vertx;
    }

    void handle(HttpServerRequest request, JsonObject message) {
        if (!request.method().equals(HttpMethod.POST)) {
            request.response().setStatusCode(405).putHeader("Allow", "POST").end();
            return;
        }
        if (!Rpc.isRequest(message)) {
            request.response().setStatusCode(202).end();
            return;
        }
        Optional<JsonObject> refusal = refusal(request, message);
        if (refusal.isPresent()) {
            DemoMcpServer.json(request, 400, refusal.get());
            return;
        }
        switch (message.getString("method")) {
            case "server/discover":
                answer(
                        request,
                        message,
                        cacheable(new JsonObject()
                                .put("supportedVersions", new JsonArray().add(VERSION))
                                .put("capabilities", new JsonObject().put("tools", new JsonObject()))
                                .put("instructions", "A demonstration behind Portcullis.")));
                break;
            case "tools/list":
                answer(request, message, cacheable(Tools.list()));
                break;
            case "tools/call":
                call(request, message);
                break;
            case "subscriptions/listen":
                listen(request, message);
                break;
            default:
                DemoMcpServer.json(request, 404, Rpc.error(message, Rpc.METHOD_NOT_FOUND, "Method not found"));
        }
    }

    private static Optional<JsonObject> refusal(HttpServerRequest request, JsonObject message) {
        Object version = Rpc.meta(message).getValue(PREFIX + "protocolVersion");
        if (version == null || !(Rpc.meta(message).getValue(PREFIX + "clientCapabilities") instanceof JsonObject)) {
            return Optional.of(Rpc.error(
                    message, Rpc.INVALID_PARAMS, "_meta lacks " + PREFIX + "protocolVersion or clientCapabilities"));
        }
        if (!version.equals(request.getHeader("MCP-Protocol-Version"))) {
            return Optional.of(Rpc.error(message, Rpc.HEADER_MISMATCH, "MCP-Protocol-Version differs from the body"));
        }
        if (!version.equals(VERSION)) {
            JsonObject error = Rpc.error(message, Rpc.UNSUPPORTED_VERSION, "Unsupported protocol version");
            error.getJsonObject("error")
                    .put(
                            "data",
                            new JsonObject()
                                    .put("supported", new JsonArray().add(VERSION))
                                    .put("requested", version));
            return Optional.of(error);
        }
        if (!message.getValue("method").equals(request.getHeader("Mcp-Method"))) {
            return Optional.of(Rpc.error(message, Rpc.HEADER_MISMATCH, "Mcp-Method differs from the body"));
        }
        boolean named = "tools/call".equals(message.getValue("method"));
        if (named
                && !String.valueOf(Rpc.params(message).getValue("name"))
                        .equals(MirroredValue.decode(request.getHeader("Mcp-Name")))) {
            return Optional.of(Rpc.error(message, Rpc.HEADER_MISMATCH, "Mcp-Name differs from the body"));
        }
        return Optional.empty();
    }

    private void call(HttpServerRequest request, JsonObject message) {
        JsonObject params = Rpc.params(message);
        String name = String.valueOf(params.getValue("name"));
        JsonObject arguments = params.getValue("arguments") instanceof JsonObject given ? given : new JsonObject();
        try {
            if (name.equals(Tools.COUNTDOWN)) {
                // Whoever leaves has cancelled: the close of the response ends the timer.
                new Countdown(
                                vertx,
                                request.response(),
                                Optional.ofNullable(Rpc.meta(message).getValue("progressToken")),
                                Tools.seconds(arguments),
                                result -> Rpc.result(message.getValue("id"), complete(result)))
                        .start();
                return;
            }
            Tools.call(name, arguments, request)
                    .ifPresentOrElse(
                            result -> answer(request, message, result),
                            () -> DemoMcpServer.json(
                                    request, 200, Rpc.error(message, Rpc.INVALID_PARAMS, "Unknown tool")));
        } catch (IllegalArgumentException e) {
            answer(request, message, Tools.text(String.valueOf(e.getMessage())).put("isError", true));
        }
    }

    /** Nothing ever changes here; the stream shows that one may stay open. */
    private void listen(HttpServerRequest request, JsonObject message) {
        EventStream.open(request.response());
        EventStream.send(
                request.response(),
                Rpc.notification(
                        "notifications/subscriptions/acknowledged",
                        new JsonObject()
                                .put("notifications", new JsonObject())
                                .put(
                                        "_meta",
                                        new JsonObject().put(PREFIX + "subscriptionId", message.getValue("id")))));
        long timer = vertx.setPeriodic(KEEP_ALIVE_MS, tick -> EventStream.keepAlive(request.response()));
        request.response().closeHandler(closed -> vertx.cancelTimer(timer));
    }

    private static void answer(HttpServerRequest request, JsonObject message, JsonObject result) {
        DemoMcpServer.json(request, 200, Rpc.result(message.getValue("id"), complete(result)));
    }

    private static JsonObject complete(JsonObject result) {
        return result.put("resultType", "complete")
                .put("_meta", new JsonObject().put(PREFIX + "serverInfo", DemoMcpServer.serverInfo()));
    }

    private static JsonObject cacheable(JsonObject result) {
        return result.put("ttlMs", 60_000).put("cacheScope", "public");
    }
}
