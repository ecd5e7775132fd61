package dev.portcullis.it;

import dev.portcullis.testkit.TestClient;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Keeps an event stream open; opens it anew, wherever the balancer sends it, when it was ended as it should be. */
final class Listener implements Actor {
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Fleet fleet;
    private final String token;
    // Both are shared with the thread that ends the traffic.
    private volatile InputStream open = InputStream.nullInputStream();
    private volatile boolean left;

    Listener(Fleet fleet) {
        this.fleet = fleet;
        this.token = TestClient.register(fleet.world()).accessToken();
    }

    /** Lasts as long as the stream does. */
    @Override
    public void act() {
        String gateway = fleet.next();
        long began = System.nanoTime();
        try {
            HttpResponse<InputStream> stream = listen(gateway);
            if (stream.statusCode() != 200) {
                throw new RequestFailedException(gateway, began, "stream " + stream.statusCode());
            }
            open = stream.body();
            if (left) {
                open.close();
                return;
            }
            // A chunked answer that is cut throws.
            open.transferTo(OutputStream.nullOutputStream());
        } catch (ConnectException e) {
            // Nothing was sent: the next gateway, at the next act.
            return;
        } catch (IOException e) {
            throw new RequestFailedException(gateway, began, "stream: " + e);
        }
    }

    @Override
    public boolean isUsableAt(String gateway) {
        try (InputStream stream = listen(gateway).body()) {
            return stream.read() >= 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void leave() {
        left = true;
        try {
            open.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private HttpResponse<InputStream> listen(String gateway) throws IOException {
        JsonObject meta = new JsonObject()
                .put("io.modelcontextprotocol/protocolVersion", "2026-07-28")
                .put("io.modelcontextprotocol/clientCapabilities", new JsonObject());
        JsonObject message = new JsonObject()
                .put("jsonrpc", "2.0")
                .put("id", 1)
                .put("method", "subscriptions/listen")
                .put(
                        "params",
                        new JsonObject().put("notifications", new JsonObject()).put("_meta", meta));
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway + "/demo/mcp"))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .header("MCP-Protocol-Version", "2026-07-28")
                .header("Mcp-Method", "subscriptions/listen")
                .POST(HttpRequest.BodyPublishers.ofString(message.encode()))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
