package dev.portcullis.mcp.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Takes the tools that a caller can never use out of the answers to {@code tools/list}. What another authorization could open stays: a client
 * asks for a scope only because it sees what it is for. Order stays too, and other messages are left exactly as they were.
 */
public final class ToolLists {
    // In the answers of revisions that know caching (MCP 2026-07-28, "Caching").
    private static final List<String> CACHEABLE = List.of("cacheScope", "ttlMs", "resultType");

    private final ToolAccess access;

    ToolLists(ToolAccess access) {
        this.access = access;
    }

    /** The message, or batch of messages, with its lists filtered; the very same bytes if there is none in it. */
    public byte[] filter(byte[] json) {
        Optional<JsonNode> parsed = StrictJson.parse(json);
        if (parsed.isEmpty()) {
            return json;
        }
        boolean changed = false;
        for (JsonNode message : parsed.get().isArray() ? parsed.get() : List.of(parsed.get())) {
            if (message.path("result") instanceof ObjectNode result
                    && result.path("tools") instanceof ArrayNode tools) {
                filter(tools);
                makePrivate(result);
                changed = true;
            }
        }
        return changed ? StrictJson.write(parsed.get()) : json;
    }

    private void filter(ArrayNode tools) {
        for (Iterator<JsonNode> each = tools.iterator(); each.hasNext(); ) {
            JsonNode name = each.next().path("name");
            if (name.isTextual() && access.isDenied(name.textValue())) {
                each.remove();
            }
        }
    }

    /** One caller's list is nobody else's. */
    private static void makePrivate(ObjectNode result) {
        if (CACHEABLE.stream().anyMatch(result::has)) {
            result.put("cacheScope", "private");
        }
    }
}
