package dev.portcullis.config;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Which headers an operator may add to the requests that the gateway makes. */
final class FixedHeaders {
    // RFC 9110 §5.6.2: token.
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    // Framing and connection management belong to the HTTP client, the Mcp-* headers to the MCP client.
    private static final Set<String> OURS = Set.of(
            "connection",
            "content-length",
            "expect",
            "host",
            "keep-alive",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private FixedHeaders() {}

    /** Reads {@code headers}; their values are secrets, so no message repeats one. */
    static Map<String, Secret> read(Section section) {
        Map<String, Secret> headers = section.secrets("headers");
        headers.forEach((name, value) -> {
            if (!mayBeFixed(name)) {
                section.problem(
                        "headers", name + " cannot be set: it is not a header name, or the gateway's own concern");
            } else if (!value.reveal().chars().allMatch(c -> c >= ' ' && c < 0x7F)) {
                // Such as the line break at the end of a file that has two.
                section.problem(
                        "headers",
                        name + " holds characters that a header cannot carry; use printable ASCII on one line");
            }
        });
        return headers;
    }

    private static boolean mayBeFixed(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return TOKEN.matcher(name).matches() && !OURS.contains(lower) && !lower.startsWith("mcp-");
    }
}
