package dev.portcullis.config;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Which headers an operator may add to the requests for an upstream. */
final class HeaderNames {
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

    private HeaderNames() {}

    static boolean mayBeFixed(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return TOKEN.matcher(name).matches() && !OURS.contains(lower) && !lower.startsWith("mcp-");
    }
}
