package dev.portcullis.dev.mcp;

import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;

/**
 * What a request has to say about itself in MCP 2026-07-28, and that its headers and its body say the same
 * (transports, "Request Metadata" and "Server Validation").
 */
final class ModernRequestCheck {
    /** Where {@code Mcp-Name} comes from. */
    private static final Map<String, String> NAMED =
            Map.of("tools/call", "name", "prompts/get", "name", "resources/read", "uri");

    private ModernRequestCheck() {}

    /** Throws {@link RpcRefusal}: the version first, because everything else depends on it. */
    static void check(MultiMap headers, RpcMessage request) {
        checkVersion(headers, request);
        checkMeta(request);
        var method = request.method().orElseThrow();
        equal(Headers.METHOD, Headers.single(headers, Headers.METHOD), method);
        var source = NAMED.get(method);
        if (source != null) {
            checkName(headers, request, source);
        }
    }

    private static void checkVersion(MultiMap headers, RpcMessage request) {
        var version =
                Headers.single(headers, Headers.PROTOCOL_VERSION).orElseThrow(() -> missing(Headers.PROTOCOL_VERSION));
        request.protocolVersion().ifPresent(body -> equal(Headers.PROTOCOL_VERSION, Optional.of(version), body));
        if (!version.equals(ProtocolVersions.MODERN)) {
            throw RpcRefusal.unsupportedVersion(version);
        }
    }

    private static void checkMeta(RpcMessage request) {
        if (request.protocolVersion().isEmpty()) {
            throw RpcRefusal.invalidParams(400, "Missing _meta member: " + RpcMessage.META_PROTOCOL_VERSION);
        }
        var capabilities = request.meta().map(meta -> meta.getValue(RpcMessage.META_CLIENT_CAPABILITIES));
        if (capabilities.filter(JsonObject.class::isInstance).isEmpty()) {
            throw RpcRefusal.invalidParams(400, "Missing _meta member: " + RpcMessage.META_CLIENT_CAPABILITIES);
        }
    }

    private static void checkName(MultiMap headers, RpcMessage request, String source) {
        if (!(request.params().getValue(source) instanceof String name)) {
            throw RpcRefusal.invalidParams(400, source + " must be a string");
        }
        var header = Headers.single(headers, Headers.NAME).map(value -> Headers.decoded(Headers.NAME, value));
        equal(Headers.NAME, header, name);
    }

    private static void equal(String header, Optional<String> sent, String body) {
        var value = sent.orElseThrow(() -> missing(header));
        if (!value.equals(body)) {
            throw RpcRefusal.headerMismatch("Header mismatch: " + header + " does not match the body");
        }
    }

    private static RpcRefusal missing(String header) {
        return RpcRefusal.headerMismatch("Header mismatch: " + header + " is missing");
    }
}
