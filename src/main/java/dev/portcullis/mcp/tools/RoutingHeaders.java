package dev.portcullis.mcp.tools;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The headers that repeat what a body says (MCP 2026-07-28 transports, "Request Metadata"). They decide nothing here: a server that does not
 * compare them with the body would make them a way around the policy. They must agree with it, though, for whoever else goes by them.
 *
 * @param version every {@code MCP-Protocol-Version} header of the request
 * @param method every {@code Mcp-Method} header
 * @param name every {@code Mcp-Name} header
 */
public record RoutingHeaders(List<String> version, List<String> method, List<String> name) {
    private static final String FIRST_WITH_THESE = "2026-07-28";
    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
    private static final String SENTINEL = "=?base64?";
    private static final String END = "?=";

    /** Earlier revisions know none of these headers, and their servers do not look at them. */
    boolean areBinding() {
        return version.stream()
                .anyMatch(value ->
                        !DATE.matcher(value.trim()).matches() || value.trim().compareTo(FIRST_WITH_THESE) >= 0);
    }

    /** What is wrong with them, for this body. */
    Optional<String> disagreement(Message message) {
        if (version.size() > 1 || method.size() > 1 || name.size() > 1) {
            return Optional.of("a header came more than once");
        }
        if (message.protocolVersion()
                .filter(inBody -> !inBody.equals(version.get(0).trim()))
                .isPresent()) {
            return Optional.of("MCP-Protocol-Version is not what the body says");
        }
        if (!method.isEmpty()
                && !message.method().equals(Optional.of(method.get(0).trim()))) {
            return Optional.of("Mcp-Method is not the method of the body");
        }
        if (name.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> decoded = decode(name.get(0).trim());
        if (decoded.isEmpty()) {
            return Optional.of("Mcp-Name is not well-formed");
        }
        // Extensions give it meanings of their own; where the body names something, it is that.
        return message.name().filter(inBody -> !inBody.equals(decoded.get())).isPresent()
                ? Optional.of("Mcp-Name is not the name in the body")
                : Optional.empty();
    }

    /** Values outside printable ASCII come as {@code =?base64?…?=} ("Value Encoding"); the markers have one spelling. */
    static Optional<String> decode(String value) {
        if (!value.startsWith(SENTINEL) || !value.endsWith(END) || value.length() < SENTINEL.length() + END.length()) {
            return Optional.of(value);
        }
        try {
            byte[] bytes =
                    Base64.getDecoder().decode(value.substring(SENTINEL.length(), value.length() - END.length()));
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
