package dev.portcullis.dev.mcp;

import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/** The request headers MCP defines, and how their values are read. */
final class Headers {
    static final String PROTOCOL_VERSION = "MCP-Protocol-Version";
    static final String METHOD = "Mcp-Method";
    static final String NAME = "Mcp-Name";
    static final String SESSION_ID = "Mcp-Session-Id";
    static final String LAST_EVENT_ID = "Last-Event-ID";
    static final String EVENT_STREAM = "text/event-stream";
    static final String JSON = "application/json";

    private static final String SENTINEL_START = "=?base64?";
    private static final String SENTINEL_END = "?=";

    private Headers() {}

    /** The value of a header that must not be there twice: two values could be read differently on the way. */
    static Optional<String> single(MultiMap headers, String name) {
        var values = headers.getAll(name);
        if (values.size() > 1) {
            throw RpcRefusal.headerMismatch("Header mismatch: " + name + " was sent more than once");
        }
        return values.stream().findFirst().map(String::strip);
    }

    /** Undoes the Base64 sentinel of MCP 2026-07-28 transports, "Value Encoding". */
    static String decoded(String name, String value) {
        if (!value.startsWith(SENTINEL_START)
                || !value.endsWith(SENTINEL_END)
                || value.length() < SENTINEL_START.length() + SENTINEL_END.length()) {
            return value;
        }
        var encoded = value.substring(SENTINEL_START.length(), value.length() - SENTINEL_END.length());
        try {
            return new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notBase64) {
            throw RpcRefusal.headerMismatch("Header mismatch: " + name + " is marked as Base64 but is not");
        }
    }

    /** Whether the client takes answers of this type. No Accept header means it takes any (RFC 9110 §12.5.1). */
    static boolean accepts(MultiMap headers, String type) {
        var accept = headers.getAll("Accept");
        var anySubtype = type.substring(0, type.indexOf('/')) + "/*";
        return accept.isEmpty()
                || accept.stream()
                        .flatMap(value -> Arrays.stream(value.split(",")))
                        .map(range -> range.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
                        .anyMatch(range -> range.equals(type) || range.equals("*/*") || range.equals(anySubtype));
    }

    /** Whether the body is JSON, whatever its parameters. */
    static boolean isJson(MultiMap headers) {
        var type = headers.get("Content-Type");
        return type != null && type.split(";", 2)[0].strip().equalsIgnoreCase(JSON);
    }
}
