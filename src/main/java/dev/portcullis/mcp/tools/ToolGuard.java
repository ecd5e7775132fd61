package dev.portcullis.mcp.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.portcullis.config.ToolPolicy;
import dev.portcullis.token.VerifiedToken;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides by the body of each request, in every revision of MCP: what its headers repeat must agree with it (MCP 2026-07-28 transports, "Server
 * Validation"), but is trusted for nothing.
 */
public final class ToolGuard {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int INVALID_REQUEST = -32600;
    private static final int INVALID_PARAMS = -32602;
    // MCP 2026-07-28 transports: HeaderMismatch.
    private static final int HEADER_MISMATCH = -32020;
    // Outside what JSON-RPC and MCP reserve; says the same as the status.
    private static final int FORBIDDEN = 403;

    private final ToolPolicy policy;

    public ToolGuard(ToolPolicy policy) {
        this.policy = policy;
    }

    public Screening screen(byte[] body, RoutingHeaders headers, VerifiedToken token) {
        Message.Body parsed = Message.parse(body);
        if (parsed instanceof Message.Malformed malformed) {
            return malformed(error(Optional.empty(), malformed.code(), malformed.reason()));
        }
        Message.Messages messages = (Message.Messages) parsed;
        return disagreement(messages, headers).orElseGet(() -> judge(messages, new ToolAccess(policy, token)));
    }

    /** Filters the lists of tools that this caller gets. */
    public ToolLists lists(VerifiedToken token) {
        return new ToolLists(new ToolAccess(policy, token));
    }

    private static Optional<Screening> disagreement(Message.Messages messages, RoutingHeaders headers) {
        if (!headers.areBinding()) {
            return Optional.empty();
        }
        Message first = messages.all().get(0);
        if (messages.batch()) {
            return Optional.of(
                    malformed(error(Optional.empty(), INVALID_REQUEST, "batches ended with MCP 2025-03-26")));
        }
        return headers.disagreement(first).map(reason -> malformed(error(first.id(), HEADER_MISMATCH, reason)));
    }

    private static Screening judge(Message.Messages messages, ToolAccess access) {
        Set<String> refused = new LinkedHashSet<>();
        Set<String> missing = new LinkedHashSet<>();
        boolean denied = false;
        boolean lists = false;
        for (Message message : messages.all()) {
            lists |= message.calls("tools/list");
            if (!message.calls("tools/call")) {
                continue;
            }
            Optional<String> tool = tool(message);
            if (tool.isEmpty()) {
                return malformed(error(message.id(), INVALID_PARAMS, "tools/call names no tool"));
            }
            if (access.isRefused(tool.get())) {
                refused.add(tool.get());
            }
            denied |= access.isDenied(tool.get());
            access.missingScope(tool.get()).ifPresent(missing::add);
        }
        if (denied) {
            return stopped(refused, Set.of(), refusal(messages, access, "may not be used with this account"));
        }
        return missing.isEmpty()
                ? new Screening.Passed(lists)
                : stopped(refused, missing, refusal(messages, access, "needs a scope that the access token lacks"));
    }

    /** Nothing of a batch is passed on if part of it is refused; each request of it hears so. */
    private static JsonNode refusal(Message.Messages messages, ToolAccess access, String reason) {
        ArrayNode errors = JSON.arrayNode();
        for (Message message : messages.all()) {
            if (message.method().isPresent() && (message.id().isPresent() || !messages.batch())) {
                boolean refused = message.calls("tools/call")
                        && tool(message).filter(access::isRefused).isPresent();
                errors.add(error(
                        message.id(),
                        FORBIDDEN,
                        refused ? "this tool " + reason : "not passed on, because a call beside it was refused"));
            }
        }
        return messages.batch() ? errors : errors.get(0);
    }

    private static Optional<String> tool(Message message) {
        JsonNode name = message.params().path("name");
        return name.isTextual() ? Optional.of(name.textValue()) : Optional.empty();
    }

    private static ObjectNode error(Optional<JsonNode> id, int code, String reason) {
        ObjectNode error = JSON.objectNode();
        error.put("jsonrpc", "2.0");
        error.set("id", id.orElse(JSON.nullNode()));
        error.putObject("error").put("code", code).put("message", reason);
        return error;
    }

    private static Screening malformed(JsonNode body) {
        return new Screening.Stopped(400, List.of(), List.of(), StrictJson.write(body));
    }

    private static Screening stopped(Set<String> tools, Set<String> missingScopes, JsonNode body) {
        return new Screening.Stopped(403, List.copyOf(tools), List.copyOf(missingScopes), StrictJson.write(body));
    }
}
