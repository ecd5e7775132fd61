package dev.portcullis.dev.mcp;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** A plain HTTP client that says exactly what a test tells it to. */
final class McpCaller {
    static final String MODERN = "2026-07-28";
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI url;

    McpCaller(String url) {
        this.url = URI.create(url);
    }

    HttpRequest.Builder request() {
        return HttpRequest.newBuilder(url)
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream");
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    SseReader open(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        return new SseReader(response);
    }

    HttpResponse<String> post(String body, String... headers) throws IOException, InterruptedException {
        return send(with(request(), headers).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    static HttpRequest.Builder with(HttpRequest.Builder request, String... headers) {
        return headers.length == 0 ? request : request.headers(headers);
    }

    static JsonObject message(Object id, String method, JsonObject params) {
        return new JsonObject()
                .put("jsonrpc", "2.0")
                .put("id", id)
                .put("method", method)
                .put("params", params);
    }

    static JsonObject call(String tool, JsonObject arguments) {
        return new JsonObject().put("name", tool).put("arguments", arguments);
    }

    static JsonObject withProgress(JsonObject params, Object token) {
        var meta = params.getJsonObject("_meta", new JsonObject()).put("progressToken", token);
        return params.put("_meta", meta);
    }

    /** Adds what MCP 2026-07-28 wants in every request's body. */
    static JsonObject modern(JsonObject params) {
        var meta = params.getJsonObject("_meta", new JsonObject())
                .put("io.modelcontextprotocol/protocolVersion", MODERN)
                .put("io.modelcontextprotocol/clientCapabilities", new JsonObject());
        return params.put("_meta", meta);
    }

    /** A well-formed modern request. */
    HttpRequest.Builder modern(Object id, String method, JsonObject params) {
        var request = request().header("MCP-Protocol-Version", MODERN).header("Mcp-Method", method);
        if (params.containsKey("name")) {
            request.header("Mcp-Name", params.getString("name"));
        }
        return request.POST(HttpRequest.BodyPublishers.ofString(
                message(id, method, modern(params)).encode()));
    }

    static JsonObject json(HttpResponse<String> response) {
        return new JsonObject(response.body());
    }

    static JsonObject result(HttpResponse<String> response) {
        return json(response).getJsonObject("result");
    }

    static int errorCode(HttpResponse<String> response) {
        return json(response).getJsonObject("error").getInteger("code");
    }

    static String text(JsonObject callToolResult) {
        return callToolResult.getJsonArray("content").getJsonObject(0).getString("text");
    }

    static void until(BooleanSupplier condition) throws InterruptedException {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("did not become true within " + PATIENCE);
            }
            Thread.sleep(5);
        }
    }
}
