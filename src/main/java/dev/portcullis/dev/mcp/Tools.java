package dev.portcullis.dev.mcp;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/** The tools that answer at once, and the list of all. */
final class Tools {
    static final String COUNTDOWN = "countdown";
    static final int MAX_SECONDS = 3600;
    private static final List<String> IDENTITY = List.of(
            "X-Forwarded-User", "X-Forwarded-User-Id", "X-Forwarded-Email", "X-Forwarded-Groups", "X-Forwarded-Client");

    private Tools() {}

    static JsonObject list() {
        return new JsonObject()
                .put(
                        "tools",
                        new JsonArray()
                                .add(tool("echo", "Says what you say.", property("message", "string")))
                                .add(tool(
                                        "add",
                                        "Adds two numbers.",
                                        property("a", "number").mergeIn(property("b", "number"))))
                                .add(tool("whoami", "Tells who the gateway says you are.", new JsonObject()))
                                .add(tool(
                                        COUNTDOWN,
                                        "Counts seconds down, reporting progress, at most " + MAX_SECONDS + ".",
                                        property("seconds", "integer"))));
    }

    /** Empty for a tool that is not there; throws {@link IllegalArgumentException} for arguments that do not fit. */
    static Optional<JsonObject> call(String name, JsonObject arguments, HttpServerRequest request) {
        switch (name) {
            case "echo":
                return Optional.of(text(string(arguments, "message")));
            case "add":
                return Optional.of(text(sum(number(arguments, "a"), number(arguments, "b"))));
            case "whoami":
                return Optional.of(text(whoami(request).encodePrettily()));
            default:
                return Optional.empty();
        }
    }

    static int seconds(JsonObject arguments) {
        double seconds = number(arguments, "seconds").doubleValue();
        if (seconds < 1 || seconds > MAX_SECONDS || seconds != Math.rint(seconds)) {
            throw new IllegalArgumentException("seconds must be a whole number from 1 to " + MAX_SECONDS);
        }
        return (int) seconds;
    }

    static JsonObject text(String text) {
        return new JsonObject()
                .put(
                        "content",
                        new JsonArray().add(new JsonObject().put("type", "text").put("text", text)));
    }

    /** Whether a credential of the client came through is told, what it was is not. */
    private static JsonObject whoami(HttpServerRequest request) {
        JsonObject answer = new JsonObject();
        IDENTITY.forEach(name -> {
            String value = request.getHeader(name);
            if (value != null) {
                answer.put(name, value);
            }
        });
        return answer.put("Authorization reached this server", request.headers().contains("Authorization"))
                .put("Cookie reached this server", request.headers().contains("Cookie"));
    }

    private static String sum(Number a, Number b) {
        double sum = a.doubleValue() + b.doubleValue();
        return sum == Math.rint(sum) && Math.abs(sum) < 1e15 ? String.valueOf((long) sum) : String.valueOf(sum);
    }

    private static String string(JsonObject arguments, String name) {
        if (arguments.getValue(name) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException(name + " must be a string");
    }

    private static Number number(JsonObject arguments, String name) {
        if (arguments.getValue(name) instanceof Number number) {
            return number;
        }
        throw new IllegalArgumentException(name + " must be a number");
    }

    private static JsonObject property(String name, String type) {
        return new JsonObject().put(name, new JsonObject().put("type", type));
    }

    private static JsonObject tool(String name, String description, JsonObject properties) {
        return new JsonObject()
                .put("name", name)
                .put("description", description)
                .put(
                        "inputSchema",
                        new JsonObject()
                                .put("type", "object")
                                .put("properties", properties)
                                .put("required", new JsonArray(List.copyOf(properties.fieldNames()))));
    }
}
