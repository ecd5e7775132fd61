package dev.portcullis.dev.mcp;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A header that mirrors a value of the body: plain, or {@code =?base64?…?=} (MCP 2026-07-28 transports, "Value Encoding"). */
final class MirroredValue {
    private static final String START = "=?base64?";
    private static final String END = "?=";

    private MirroredValue() {}

    /** The empty text for a header that is missing or not well-formed. */
    static String decode(@Nullable String header) {
        if (header == null) {
            return "";
        }
        if (!header.startsWith(START) || !header.endsWith(END) || header.length() < START.length() + END.length()) {
            return header;
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(header.substring(START.length(), header.length() - END.length()));
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
