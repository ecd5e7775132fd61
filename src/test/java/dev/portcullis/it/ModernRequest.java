package dev.portcullis.it;

import io.vertx.core.json.JsonObject;

/** A request of MCP 2026-07-28 as it is on the wire. */
final class ModernRequest {
    private static final String VERSION = "2026-07-28";

    private ModernRequest() {}

    /** @param name that {@code Mcp-Name} tells; empty for methods without one */
    static String text(String token, String method, String name, JsonObject parameters) {
        JsonObject meta = new JsonObject()
                .put("io.modelcontextprotocol/protocolVersion", VERSION)
                .put("io.modelcontextprotocol/clientCapabilities", new JsonObject());
        String body = new JsonObject()
                .put("jsonrpc", "2.0")
                .put("id", 1)
                .put("method", method)
                .put("params", parameters.copy().put("_meta", meta))
                .encode();
        return "POST /demo/mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
                + "\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
                + "MCP-Protocol-Version: " + VERSION + "\r\nMcp-Method: " + method
                + (name.isEmpty() ? "" : "\r\nMcp-Name: " + name)
                + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }
}
