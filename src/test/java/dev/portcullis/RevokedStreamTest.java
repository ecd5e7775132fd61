package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Streams last for hours and are never asked for a token again: ending their grant has to end them. */
class RevokedStreamTest {
    private static final Duration AT_ONCE = Duration.ofSeconds(3);

    private World world;

    @BeforeEach
    void start() {
        world = World.start(2, configuration -> {
            configuration.put("revocation", new JsonObject().put("check", "30s").put("staleAfter", "60s"));
            configuration.put("tokens", new JsonObject().put("accessTokenTtl", "4s"));
        });
    }

    @AfterEach
    void stop() {
        world.close();
    }

    @Test
    @DisplayName("RS-6, RS-11: an open stream ends at once when its grant is revoked on another replica; others go on")
    void anOpenStreamEndsWhenItsGrantIsRevokedOnAnotherReplica() throws Exception {
        TestClient client = TestClient.register(world);
        TestClient bystander = TestClient.register(world);
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        JsonObject others = bystander.redeem(world.url(), bystander.code()).json();
        Listening revoked = listen(world.gateway(1), tokens.getString("access_token"));
        Listening untouched = listen(world.gateway(1), others.getString("access_token"));

        assertThat(client.revoke(world.gateway(0), tokens.getString("refresh_token"))
                        .status())
                .isEqualTo(200);

        revoked.end().get(AT_ONCE.toMillis(), TimeUnit.MILLISECONDS);
        assertThat(untouched.end()).isNotDone();
        assertThat(client.echo(world.gateway(1) + "/demo/mcp", tokens.getString("access_token"), "hi")
                        .status())
                .isEqualTo(401);
    }

    @Test
    @DisplayName("TR-12: the expiry of the token that opened it does not end a stream, a revocation after that does")
    void expiryDoesNotEndAStreamARevocationAfterThatDoes() throws Exception {
        TestClient client = TestClient.register(world);
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        Listening stream = listen(world.gateway(1), tokens.getString("access_token"));
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(client.echo(world.mcpUrl(), tokens.getString("access_token"), "hi")
                                .status())
                        .isEqualTo(401));
        assertThat(stream.end()).isNotDone();

        client.revoke(world.gateway(0), tokens.getString("refresh_token"));

        stream.end().get(AT_ONCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** @param end completes when nothing more comes */
    private record Listening(CompletableFuture<Void> end) {}

    private static Listening listen(String gateway, String accessToken) throws Exception {
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
        HttpResponse<InputStream> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(gateway + "/demo/mcp"))
                                .header("Authorization", "Bearer " + accessToken)
                                .header("Content-Type", "application/json")
                                .header("Accept", "application/json, text/event-stream")
                                .header("MCP-Protocol-Version", "2026-07-28")
                                .header("Mcp-Method", "subscriptions/listen")
                                .POST(HttpRequest.BodyPublishers.ofString(call.encode()))
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).isEqualTo(200);
        BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        assertThat(lines.readLine()).isNotNull();
        return new Listening(CompletableFuture.runAsync(() -> drain(lines)));
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
