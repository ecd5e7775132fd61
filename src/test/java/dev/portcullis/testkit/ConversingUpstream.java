package dev.portcullis.testkit;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * A replica of an MCP server of the legacy era (2025-11-25) that keeps its sessions in memory and asks its clients back. Each tool is one thing
 * that a session can be used for.
 */
public final class ConversingUpstream implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();
    private final int port;

    /** What one client has here. */
    private static final class Session {
        private final Map<String, Consumer<JsonObject>> asked = new HashMap<>();
        private HttpServerResponse listening;
        private int calls;

        private Session(HttpServerResponse none) {
            listening = none;
        }
    }

    public ConversingUpstream() {
        port = World.await(vertx.createHttpServer().requestHandler(this::handle).listen(0, "localhost"))
                .actualPort();
    }

    public String url() {
        return "http://localhost:" + port + "/mcp";
    }

    /** Sessions that are open here. */
    public int sessions() {
        return sessions.size();
    }

    private void handle(HttpServerRequest request) {
        request.response().exceptionHandler(gone -> {});
        String id = request.getHeader("Mcp-Session-Id");
        if (id == null) {
            request.body().onSuccess(body -> initialize(request, new JsonObject(body)));
            return;
        }
        Optional<Session> session = Optional.ofNullable(sessions.get(id));
        if (session.isEmpty()) {
            request.response().setStatusCode(404).end();
        } else if (request.method().equals(HttpMethod.GET)) {
            session.get().listening = stream(request);
        } else if (request.method().equals(HttpMethod.DELETE)) {
            sessions.remove(id);
            request.response().setStatusCode(204).end();
        } else {
            request.body().onSuccess(body -> message(request, session.get(), new JsonObject(body)));
        }
    }

    private void message(HttpServerRequest request, Session session, JsonObject message) {
        String method = message.getString("method", "");
        if (message.containsKey("id") && method.equals("tools/call")) {
            call(request, session, message);
        } else if (message.containsKey("id") && !method.isEmpty()) {
            JsonObject result = method.equals("tools/list") ? new JsonObject().put("tools", tools()) : new JsonObject();
            request.response()
                    .putHeader("Content-Type", "application/json")
                    .end(answer(message, result).encode());
        } else {
            request.response().setStatusCode(202).end();
            // Either a notification, or an answer to what we asked.
            Optional.ofNullable(session.asked.remove(message.getString("id", "")))
                    .ifPresent(then -> then.accept(message));
        }
    }

    private void initialize(HttpServerRequest request, JsonObject message) {
        String id = UUID.randomUUID().toString();
        sessions.put(id, new Session(request.response()));
        JsonObject result = new JsonObject()
                .put("protocolVersion", message.getJsonObject("params").getString("protocolVersion"))
                .put("capabilities", new JsonObject().put("tools", new JsonObject().put("listChanged", true)))
                .put("serverInfo", new JsonObject().put("name", "conversing").put("version", "1"));
        request.response()
                .putHeader("Mcp-Session-Id", id)
                .putHeader("Content-Type", "application/json")
                .end(answer(message, result).encode());
    }

    private void call(HttpServerRequest request, Session session, JsonObject message) {
        JsonObject params = message.getJsonObject("params");
        JsonObject arguments = params.getJsonObject("arguments", new JsonObject());
        HttpServerResponse stream = stream(request);
        switch (params.getString("name")) {
            case "count" -> say(stream, message, String.valueOf(++session.calls));
            case "big" -> say(stream, message, "x".repeat(arguments.getInteger("bytes")));
            case "announce" -> {
                send(session.listening, notification("notifications/tools/list_changed", new JsonObject()));
                say(stream, message, "announced");
            }
            case "steps" -> {
                Object token = params.getJsonObject("_meta").getValue("progressToken");
                for (int step = 1; step <= 10; step++) {
                    send(
                            stream,
                            notification(
                                    "notifications/progress",
                                    new JsonObject()
                                            .put("progressToken", token)
                                            .put("progress", step)
                                            .put("total", 10)));
                }
                say(stream, message, "10 steps");
            }
            case "sample" ->
                ask(
                        session,
                        stream,
                        "sampling/createMessage",
                        sampling(),
                        answered -> say(
                                stream,
                                message,
                                answered.getJsonObject("result")
                                        .getJsonObject("content")
                                        .getString("text")));
            default ->
                ask(
                        session,
                        stream,
                        "elicitation/create",
                        elicitation(),
                        answered -> say(
                                stream,
                                message,
                                answered.getJsonObject("result")
                                        .getJsonObject("content")
                                        .getString("name")));
        }
    }

    /** On the stream of the call that needs it; the answer comes as a POST of its own. */
    private static void ask(
            Session session, HttpServerResponse stream, String method, JsonObject params, Consumer<JsonObject> then) {
        String id = UUID.randomUUID().toString();
        session.asked.put(id, then);
        send(stream, notification(method, params).put("id", id));
    }

    private static JsonObject sampling() {
        JsonObject content = new JsonObject().put("type", "text").put("text", "What is the capital of France?");
        return new JsonObject()
                .put(
                        "messages",
                        new JsonArray().add(new JsonObject().put("role", "user").put("content", content)))
                .put("maxTokens", 100);
    }

    private static JsonObject elicitation() {
        return new JsonObject()
                .put("message", "What is your name?")
                .put(
                        "requestedSchema",
                        new JsonObject()
                                .put("type", "object")
                                .put(
                                        "properties",
                                        new JsonObject().put("name", new JsonObject().put("type", "string"))));
    }

    private static JsonArray tools() {
        JsonArray tools = new JsonArray();
        for (String name : new String[] {"count", "big", "announce", "steps", "sample", "elicit"}) {
            tools.add(new JsonObject()
                    .put("name", name)
                    .put("description", name)
                    .put("inputSchema", new JsonObject().put("type", "object")));
        }
        return tools;
    }

    private static void say(HttpServerResponse stream, JsonObject question, String text) {
        JsonArray content =
                new JsonArray().add(new JsonObject().put("type", "text").put("text", text));
        send(stream, answer(question, new JsonObject().put("content", content)));
        stream.end();
    }

    private static JsonObject answer(JsonObject question, JsonObject result) {
        return new JsonObject()
                .put("jsonrpc", "2.0")
                .put("id", question.getValue("id"))
                .put("result", result);
    }

    private static JsonObject notification(String method, JsonObject params) {
        return new JsonObject().put("jsonrpc", "2.0").put("method", method).put("params", params);
    }

    private static HttpServerResponse stream(HttpServerRequest request) {
        HttpServerResponse stream = request.response()
                .putHeader("Content-Type", "text/event-stream")
                .setChunked(true);
        stream.writeHead();
        return stream;
    }

    private static void send(HttpServerResponse stream, JsonObject message) {
        stream.write("event: message\ndata: " + message.encode() + "\n\n");
    }

    @Override
    public void close() {
        World.await(vertx.close());
    }
}
