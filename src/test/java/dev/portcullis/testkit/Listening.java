package dev.portcullis.testkit;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/**
 * A stream on which a client listens, without a session, in the modern era.
 *
 * @param end completes when nothing more comes
 */
public record Listening(CompletableFuture<Void> end) {

    /** Returns when the stream is open. */
    public static Listening at(String mcpUrl, String accessToken) {
        JsonObject meta = new JsonObject()
                .put("io.modelcontextprotocol/protocolVersion", "2026-07-28")
                .put("io.modelcontextprotocol/clientCapabilities", new JsonObject());
        JsonObject call = new JsonObject()
                .put("jsonrpc", "2.0")
                .put("id", 1)
                .put("method", "subscriptions/listen")
                .put(
                        "params",
                        new JsonObject().put("notifications", new JsonObject()).put("_meta", meta));
        HttpRequest request = HttpRequest.newBuilder(URI.create(mcpUrl))
                .header("Authorization", "Bearer " + accessToken)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .header("MCP-Protocol-Version", "2026-07-28")
                .header("Mcp-Method", "subscriptions/listen")
                .POST(HttpRequest.BodyPublishers.ofString(call.encode()))
                .build();
        try {
            HttpResponse<InputStream> response =
                    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofInputStream());
            BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
            if (response.statusCode() != 200 || lines.readLine() == null) {
                throw new AssertionError("no stream but " + response.statusCode());
            }
            return new Listening(CompletableFuture.runAsync(() -> drain(lines)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    private static void drain(BufferedReader lines) {
        try {
            while (lines.readLine() != null) {
                // What comes does not matter, only that it ends.
            }
        } catch (IOException e) {
            // Cut, which is an end too.
        }
    }
}
