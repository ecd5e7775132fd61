package dev.portcullis.mcp;

import dev.portcullis.http.UnreadBody;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;

/**
 * An answer of the gateway's own on the MCP path. Never 400, 404 or 405 for trouble of ours: to clients those are statements about protocol
 * era and session (MCP 2026-07-28 transports, "Backward Compatibility").
 */
final class Refusal {
    private Refusal() {}

    static void write(HttpServerRequest request, int status, String error, String description) {
        write(
                request,
                status,
                new JsonObject()
                        .put("error", error)
                        .put("error_description", description)
                        .toBuffer());
    }

    /** @param json the whole body */
    static void write(HttpServerRequest request, int status, Buffer json) {
        HttpServerResponse response = request.response();
        if (response.headWritten() || response.closed()) {
            return;
        }
        response.setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .putHeader("X-Content-Type-Options", "nosniff");
        UnreadBody.answer(request, json);
    }
}
