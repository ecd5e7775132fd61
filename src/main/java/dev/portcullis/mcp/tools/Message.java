package dev.portcullis.mcp.tools;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * One JSON-RPC message of a client, as far as a policy has to know it.
 *
 * @param id empty for notifications
 * @param method empty for answers to requests of the server
 * @param params an object, or missing
 */
record Message(Optional<JsonNode> id, Optional<String> method, JsonNode params) {
    private static final String VERSION = "io.modelcontextprotocol/protocolVersion";
    private static final List<String> READ_HERE = List.of("jsonrpc", "id", "method", "params", "name", "uri", "_meta");

    /** What a client sent. */
    sealed interface Body permits Messages, Malformed {}

    /** @param batch whether they came as an array (MCP 2025-03-26 "Batching") */
    record Messages(List<Message> all, boolean batch) implements Body {}

    /** @param code of JSON-RPC */
    record Malformed(int code, String reason) implements Body {}

    static Body parse(byte[] bytes) {
        Optional<JsonNode> json = StrictJson.parse(bytes);
        if (json.isEmpty()) {
            return new Malformed(-32700, "the body is not JSON in UTF-8, or says something twice");
        }
        List<Message> messages = new ArrayList<>();
        for (JsonNode element : json.get().isArray() ? json.get() : List.of(json.get())) {
            Optional<Message> message = of(element);
            if (message.isEmpty()) {
                return new Malformed(-32600, "the body is not a JSON-RPC message");
            }
            messages.add(message.get());
        }
        return messages.isEmpty()
                ? new Malformed(-32600, "the batch is empty")
                : new Messages(List.copyOf(messages), json.get().isArray());
    }

    boolean calls(String other) {
        return method.filter(other::equals).isPresent();
    }

    /** The tool or prompt, or else the resource, that the request is for. */
    Optional<String> name() {
        return text(params, "name").or(() -> text(params, "uri")).or(() -> text(params, "taskId"));
    }

    Optional<String> protocolVersion() {
        return text(params.path("_meta"), VERSION);
    }

    private static Optional<Message> of(JsonNode json) {
        JsonNode params = json.path("params");
        JsonNode method = json.path("method");
        if (!json.isObject()
                || !method.isMissingNode() && !method.isTextual()
                || hasLookalike(json)
                || hasLookalike(params)) {
            return Optional.empty();
        }
        JsonNode id = json.path("id");
        return Optional.of(new Message(
                id.isMissingNode() ? Optional.empty() : Optional.of(id),
                method.isMissingNode() ? Optional.empty() : Optional.of(method.textValue()),
                params));
    }

    /** Some parsers take {@code Method} for {@code method}; a server that does must not see what was not judged. */
    private static boolean hasLookalike(JsonNode object) {
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            for (String read : READ_HERE) {
                if (name.equalsIgnoreCase(read) && !name.equals(read)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Optional<String> text(JsonNode object, String name) {
        JsonNode value = object.path(name);
        return value.isTextual() ? Optional.of(value.textValue()) : Optional.empty();
    }
}
