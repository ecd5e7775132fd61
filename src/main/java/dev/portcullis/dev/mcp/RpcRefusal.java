package dev.portcullis.dev.mcp;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/** A request that is answered with a JSON-RPC error, and the HTTP status that goes with it. */
final class RpcRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    static final int PARSE_ERROR = -32700;
    static final int INVALID_REQUEST = -32600;
    static final int METHOD_NOT_FOUND = -32601;
    static final int INVALID_PARAMS = -32602;
    static final int INTERNAL_ERROR = -32603;
    static final int HEADER_MISMATCH = -32020;
    static final int UNSUPPORTED_PROTOCOL_VERSION = -32022;

    private final int status;
    private final int code;
    private final transient Optional<JsonObject> data;

    private RpcRefusal(int status, int code, String message, Optional<JsonObject> data) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.data = data;
    }

    static RpcRefusal parseError() {
        return new RpcRefusal(400, PARSE_ERROR, "Parse error: the body is not JSON", Optional.empty());
    }

    static RpcRefusal invalidRequest(String message) {
        return invalidRequest(400, message);
    }

    static RpcRefusal invalidRequest(int status, String message) {
        return new RpcRefusal(status, INVALID_REQUEST, message, Optional.empty());
    }

    /** MCP 2026-07-28 transports: 404 for an unknown method. The earlier revisions name no status, so 200 there. */
    static RpcRefusal methodNotFound(int status, String method) {
        return new RpcRefusal(status, METHOD_NOT_FOUND, "Method not found: " + method, Optional.empty());
    }

    static RpcRefusal invalidParams(int status, String message) {
        return new RpcRefusal(status, INVALID_PARAMS, message, Optional.empty());
    }

    static RpcRefusal internalError() {
        return new RpcRefusal(500, INTERNAL_ERROR, "Internal error", Optional.empty());
    }

    /** Everything this server may run at once runs; the client may come again. */
    static RpcRefusal busy() {
        return new RpcRefusal(503, INTERNAL_ERROR, "Too much at once: try again later", Optional.empty());
    }

    static RpcRefusal headerMismatch(String message) {
        return new RpcRefusal(400, HEADER_MISMATCH, message, Optional.empty());
    }

    static RpcRefusal unsupportedVersion(String requested) {
        return new RpcRefusal(
                400,
                UNSUPPORTED_PROTOCOL_VERSION,
                "Unsupported protocol version",
                Optional.of(new JsonObject()
                        .put("supported", new JsonArray(ProtocolVersions.ALL))
                        .put("requested", requested)));
    }

    int status() {
        return status;
    }

    /** The JSON-RPC {@code error} member. */
    JsonObject toJson() {
        var error = new JsonObject().put("code", code).put("message", getMessage());
        data.ifPresent(members -> error.put("data", members));
        return error;
    }
}
