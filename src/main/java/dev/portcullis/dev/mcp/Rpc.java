package dev.portcullis.dev.mcp;

import io.vertx.core.json.JsonObject;

/** JSON-RPC 2.0 messages, and the codes MCP gives errors. */
final class Rpc {
    static final int METHOD_NOT_FOUND = -32601;
    static final int INVALID_PARAMS = -32602;
    static final int HEADER_MISMATCH = -32020;
    static final int UNSUPPORTED_VERSION = -32022;

    private Rpc() {}

    static JsonObject result(Object id, JsonObject result) {
        return new JsonObject().put("jsonrpc", "2.0").put("id", id).put("result", result);
    }

    /** @param id {@code null} in the JSON where {@code id} has none */
    static JsonObject error(JsonObject request, int code, String message) {
        return new JsonObject()
                .put("jsonrpc", "2.0")
                .put("id", request.getValue("id"))
                .put("error", new JsonObject().put("code", code).put("message", message));
    }

    static JsonObject notification(String method, JsonObject params) {
        return new JsonObject().put("jsonrpc", "2.0").put("method", method).put("params", params);
    }

    static JsonObject params(JsonObject request) {
        return request.getValue("params") instanceof JsonObject params ? params : new JsonObject();
    }

    static JsonObject meta(JsonObject request) {
        return params(request).getValue("_meta") instanceof JsonObject meta ? meta : new JsonObject();
    }

    static boolean isRequest(JsonObject message) {
        return message.getValue("method") instanceof String && message.getValue("id") != null;
    }
}
