package dev.portcullis.mcp;

import dev.portcullis.mcp.tools.AnswerFilter;
import dev.portcullis.mcp.tools.EventFilter;
import dev.portcullis.mcp.tools.JsonFilter;
import dev.portcullis.mcp.tools.ToolLists;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import java.util.Locale;
import java.util.Optional;

/**
 * What an upstream's tool policy makes of one exchange; without a policy, nothing.
 *
 * @param inspected whether the upstream has a policy, so that its answers must come unencoded
 * @param body of the request, where it had to be read already
 * @param lists filters the answer, where it may hold lists of tools
 * @param maxBytes that a filter may hold back
 */
record Passage(boolean inspected, Optional<Buffer> body, Optional<ToolLists> lists, int maxBytes) {
    static final Passage PLAIN = new Passage(false, Optional.empty(), Optional.empty(), 0);

    /** What the answer has to go through. */
    Optional<AnswerFilter> filter(HttpClientResponse answer) {
        if (lists.isEmpty()) {
            return Optional.empty();
        }
        String type = answer.getHeader("Content-Type");
        String plain = type == null ? "" : type.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
        switch (plain) {
            case "text/event-stream":
                return Optional.of(new EventFilter(lists.get(), maxBytes));
            case "application/json":
                return Optional.of(new JsonFilter(lists.get(), maxBytes));
            default:
                return Optional.empty();
        }
    }

    /** Whether the answer is one that cannot be looked into, though it should be. */
    boolean isOpaque(HttpClientResponse answer) {
        String encoding = answer.getHeader("Content-Encoding");
        return lists.isPresent() && encoding != null && !encoding.equalsIgnoreCase("identity");
    }
}
