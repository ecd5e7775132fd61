package dev.portcullis.dev.mcp;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** The tools this server has, always in the same order, and how one of them is called. */
final class Tools {
    private final List<Tool> tools;
    private final Slots calls;

    Tools(List<Tool> tools, Slots calls) {
        this.tools = List.copyOf(tools);
        this.calls = calls;
    }

    /** The {@code tools/list} result without the members only one era has. There is a single page, hence no cursor. */
    JsonObject list(JsonObject params) {
        if (params.getValue("cursor") != null) {
            throw RpcRefusal.invalidParams(200, "Unknown cursor");
        }
        return new JsonObject()
                .put("tools", new JsonArray(tools.stream().map(Tool::definition).toList()));
    }

    Tool named(JsonObject params) {
        if (!(params.getValue("name") instanceof String name)) {
            throw RpcRefusal.invalidParams(200, "name must be a string");
        }
        return tools.stream()
                .filter(tool -> tool.name().equals(name))
                .findFirst()
                .orElseThrow(() -> RpcRefusal.invalidParams(200, "Unknown tool: " + name));
    }

    /**
     * The {@code CallToolResult}. The future fails with {@link RpcRefusal}, or with
     * {@link java.util.concurrent.CancellationException} after which nothing is to be answered.
     */
    Future<JsonObject> call(
            JsonObject params,
            MultiMap headers,
            String protocolVersion,
            Tool.Progress progress,
            Cancellation cancellation) {
        if (!calls.take()) {
            return Future.failedFuture(RpcRefusal.busy());
        }
        Future<JsonObject> result;
        try {
            var call = new Tool.Call(arguments(params), headers, protocolVersion, progress, cancellation);
            result = named(params).call(call).map(Tools::success);
        } catch (Arguments.InvalidArguments invalid) {
            result = invalidArguments(protocolVersion, invalid);
        } catch (RpcRefusal refusal) {
            result = Future.failedFuture(refusal);
        }
        return result.onComplete(done -> calls.free());
    }

    private static Arguments arguments(JsonObject params) {
        var given = params.getValue("arguments");
        if (given == null) {
            return new Arguments(new JsonObject());
        }
        if (given instanceof JsonObject members) {
            return new Arguments(members);
        }
        throw RpcRefusal.invalidParams(200, "arguments must be an object");
    }

    private static JsonObject success(Tool.Result result) {
        var json = new JsonObject().put("content", text(result.text())).put("isError", false);
        result.structured().ifPresent(content -> json.put("structuredContent", content));
        return json;
    }

    /** A tool error since MCP 2025-11-25, so that the model can correct itself; a protocol error before. */
    private static Future<JsonObject> invalidArguments(String protocolVersion, Arguments.InvalidArguments invalid) {
        var sentence = "Invalid arguments: " + invalid.getMessage();
        return protocolVersion.compareTo(ProtocolVersions.LATEST_LEGACY) < 0
                ? Future.failedFuture(RpcRefusal.invalidParams(200, sentence))
                : Future.succeededFuture(
                        new JsonObject().put("content", text(sentence)).put("isError", true));
    }

    private static JsonArray text(String text) {
        return new JsonArray().add(new JsonObject().put("type", "text").put("text", text));
    }
}
