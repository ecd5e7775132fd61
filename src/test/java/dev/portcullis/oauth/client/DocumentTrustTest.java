package dev.portcullis.oauth.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.portcullis.config.ConfigException;
import dev.portcullis.config.ConfigReader;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.fetch.FetchProblem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CR-19. */
class DocumentTrustTest {

    private static GatewayConfig config(String publicUrl, JsonObject section) {
        JsonObject yaml = new JsonObject()
                .put("publicUrl", publicUrl)
                .put(
                        "cognito",
                        new JsonObject()
                                .put("issuer", "http://localhost:2/pool")
                                .put("domain", "http://localhost:2")
                                .put("clientId", "app"))
                .put("keys", new JsonObject().put("directory", "keys"))
                .put("upstreams", new JsonObject().put("demo", new JsonObject().put("url", "http://localhost:3/mcp")))
                .put("clientDocuments", section);
        return new ConfigReader(Map.of()).read("a test's configuration", yaml.encode(), Path.of(""));
    }

    private static DocumentTrust trust(JsonObject section) {
        return new DocumentTrust(
                config("https://mcp.example.com", section).clientDocuments(), "https://mcp.example.com");
    }

    private static void assertRefused(DocumentTrust trust, String address) {
        assertThatExceptionOfType(FetchProblem.class)
                .as(address)
                .isThrownBy(() -> trust.document(address))
                .satisfies(problem -> assertThat(problem.isPassing()).isFalse());
    }

    @Test
    void byDefaultEveryHostIsAccepted() {
        assertThat(trust(new JsonObject())
                        .document("https://client.example/c.json")
                        .host())
                .isEqualTo("client.example");
    }

    @Test
    @DisplayName("CR-19: with an allow-list only its hosts count, by exact name or by *. for all names below")
    void theAllowList() {
        DocumentTrust trust = trust(
                new JsonObject().put("allow", new JsonArray().add("claude.ai").add("*.example.org")));
        assertThat(trust.document("https://claude.ai/c.json").host()).isEqualTo("claude.ai");
        assertThat(trust.document("https://a.b.example.org/c.json").host()).isEqualTo("a.b.example.org");
        for (String other : new String[] {
            "https://www.claude.ai/c.json",
            "https://notclaude.ai/c.json",
            "https://claude.ai.evil.example/c.json",
            "https://example.org/c.json",
            "https://evilexample.org/c.json"
        }) {
            assertRefused(trust, other);
        }
        // A document that is trusted may keep its keys where it likes.
        assertThat(trust.keySet("https://keys.example.net/jwks").host()).isEqualTo("keys.example.net");
    }

    @Test
    @DisplayName("CR-19: the deny-list is stronger than the allow-list, and holds for key sets too")
    void theDenyList() {
        DocumentTrust trust = trust(new JsonObject()
                .put("allow", new JsonArray().add("*.example.org"))
                .put("deny", new JsonArray().add("bad.example.org").add("*.worse.example")));
        assertRefused(trust, "https://bad.example.org/c.json");
        assertThat(trust.document("https://good.example.org/c.json").host()).isEqualTo("good.example.org");
        assertThatExceptionOfType(FetchProblem.class).isThrownBy(() -> trust.keySet("https://keys.worse.example/jwks"));
    }

    @Test
    @DisplayName("CR-16: the gateway never asks itself")
    void theGatewayNeverAsksItself() {
        assertRefused(trust(new JsonObject()), "https://mcp.example.com/authorize?client_id=https://mcp.example.com/x");
        GatewayConfig development = config("http://localhost:8080", new JsonObject().put("loopback", true));
        DocumentTrust trust = new DocumentTrust(development.clientDocuments(), "http://localhost:8080");
        assertRefused(trust, "http://localhost:8080/c.json");
        assertThat(trust.document("http://localhost:3000/c.json").port()).isEqualTo(3000);
    }

    @Test
    void documentsOnThisMachineNeedTheSwitchAndAGatewayOnThisMachine() {
        assertRefused(trust(new JsonObject()), "http://localhost:3000/c.json");
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> config("https://mcp.example.com", new JsonObject().put("loopback", true)))
                .withMessageContaining("clientDocuments.loopback");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"allow\":[\"https://client.example\"]}",
                "{\"deny\":[\"*\"]}",
                "{\"allow\":[\"Client.example\"]}",
                "{\"denyNetworks\":[\"10.0.0.0/33\"]}",
                "{\"proxy\":\"proxy:3128\"}",
                "{\"cache\":{\"maxTtl\":\"2d\"}}",
                "{\"cache\":{\"minTtl\":\"1h\",\"maxTtl\":\"1m\"}}",
                "{\"maxDocument\":\"1MiB\"}"
            })
    void wrongSettingsAreReported(String section) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> config("https://mcp.example.com", new JsonObject(section)))
                .withMessageContaining("clientDocuments.");
    }
}
