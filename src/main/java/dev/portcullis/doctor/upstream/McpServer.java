package dev.portcullis.doctor.upstream;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.doctor.wire.Answer;
import dev.portcullis.doctor.wire.Wire;
import dev.portcullis.mcp.upstream.DirectEndpoint;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** Opens a conversation with an MCP server in either era, with the fixed headers that the gateway adds and without anybody's identity. */
record McpServer(DirectEndpoint endpoint, GatewayConfig.Upstream upstream, InstantSource clock) {
    static final String MODERN = "2026-07-28";
    static final String LEGACY = "2025-11-25";
    static final String SESSION = "Mcp-Session-Id";
    private static final String META = "io.modelcontextprotocol/";
    private static final JsonObject US =
            new JsonObject().put("name", Wire.USER_AGENT).put("version", "1");

    /** MCP 2026-07-28 {@code server/discover}. */
    Future<Answer> discover() {
        JsonObject meta = new JsonObject()
                .put(META + "protocolVersion", MODERN)
                .put(META + "clientInfo", US)
                .put(META + "clientCapabilities", new JsonObject());
        return post(
                "server/discover",
                new JsonObject().put("_meta", meta),
                Map.of("MCP-Protocol-Version", MODERN, "Mcp-Method", "server/discover"));
    }

    /** MCP 2025-11-25 lifecycle, "Initialization". */
    Future<Answer> initialize() {
        return post(
                "initialize",
                new JsonObject()
                        .put("protocolVersion", LEGACY)
                        .put("capabilities", new JsonObject())
                        .put("clientInfo", US),
                Map.of());
    }

    /** Ends a session (MCP 2025-11-25 transports, "Session Management"). */
    Future<Answer> delete(String session) {
        return ask(HttpMethod.DELETE, Map.of(SESSION, session, "MCP-Protocol-Version", LEGACY), "");
    }

    private Future<Answer> post(String method, JsonObject params, Map<String, String> headers) {
        JsonObject message = new JsonObject()
                .put("jsonrpc", "2.0")
                .put("id", 1)
                .put("method", method)
                .put("params", params);
        return ask(HttpMethod.POST, headers, message.encode());
    }

    private Future<Answer> ask(HttpMethod method, Map<String, String> more, String body) {
        Map<String, String> headers = new HashMap<>(more);
        headers.put("Accept", "application/json, text/event-stream");
        if (!body.isEmpty()) {
            headers.put("Content-Type", "application/json");
        }
        upstream.headers().forEach((name, value) -> headers.put(name, value.reveal()));
        return endpoint.request(method).compose(request -> Wire.exchange(request, headers, body, clock));
    }
}
