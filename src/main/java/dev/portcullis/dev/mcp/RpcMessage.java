package dev.portcullis.dev.mcp;

import io.vertx.core.json.JsonObject;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One JSON-RPC message from a client.
 *
 * @param id a String or a whole number; absent in notifications
 * @param method absent in responses
 * @param params empty when the message has none
 */
record RpcMessage(Optional<Object> id, Optional<String> method, JsonObject params) {
    static final String META_PROTOCOL_VERSION = "io.modelcontextprotocol/protocolVersion";
    static final String META_CLIENT_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";

    /** Throws a refusal with code -32600 if this is no JSON-RPC 2.0 message. */
    static RpcMessage parse(Object json) {
        if (!(json instanceof JsonObject object) || !"2.0".equals(object.getValue("jsonrpc"))) {
            throw RpcRefusal.invalidRequest("Invalid request: not a JSON-RPC 2.0 message");
        }
        var method = object.getValue("method");
        if (object.containsKey("method") && !(method instanceof String)) {
            throw RpcRefusal.invalidRequest("Invalid request: method is not a string");
        }
        if (method == null && !object.containsKey("result") && !object.containsKey("error")) {
            throw RpcRefusal.invalidRequest("Invalid request: neither a request nor a response");
        }
        var id = object.getValue("id");
        if (object.containsKey("id") && !isId(id)) {
            throw RpcRefusal.invalidRequest("Invalid request: id is neither a string nor an integer");
        }
        var params = object.getValue("params");
        if (params != null && !(params instanceof JsonObject)) {
            throw RpcRefusal.invalidRequest("Invalid request: params is not an object");
        }
        return new RpcMessage(
                Optional.ofNullable(id),
                Optional.ofNullable((String) method),
                params instanceof JsonObject members ? members : new JsonObject());
    }

    boolean isRequest() {
        return id.isPresent() && method.isPresent();
    }

    boolean isNotification() {
        return id.isEmpty() && method.isPresent();
    }

    /** The {@code _meta} member of the params, if it is an object. */
    Optional<JsonObject> meta() {
        return params.getValue("_meta") instanceof JsonObject meta ? Optional.of(meta) : Optional.empty();
    }

    /** The revision the body itself names: only modern clients do. */
    Optional<String> protocolVersion() {
        return meta().map(meta -> meta.getValue(META_PROTOCOL_VERSION))
                .filter(String.class::isInstance)
                .map(String.class::cast);
    }

    /** A String or a whole number; anything else is no token, and no progress is reported. */
    Optional<Object> progressToken() {
        return meta().map(meta -> meta.getValue("progressToken")).filter(RpcMessage::isId);
    }

    static boolean isId(@Nullable Object id) {
        return id instanceof String || id instanceof Integer || id instanceof Long;
    }
}
