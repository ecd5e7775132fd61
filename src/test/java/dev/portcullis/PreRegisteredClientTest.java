package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Clients in the configuration; on the second gateway one of them is denied. */
class PreRegisteredClientTest {
    private static final String SECRET = "a secret of 32 characters, or so";
    private static final String CALLBACK = "https://reports.example/cb";
    private static World world;

    @BeforeAll
    static void start() {
        world = World.start(2, yaml -> {
            yaml.put(
                    "clients",
                    new JsonObject()
                            .put("agent", client().put("secret", SECRET))
                            .put("tool", client())
                            .put("demo-only", client().put("scopes", new JsonArray().add("mcp:demo"))));
            String port = ":" + yaml.getJsonObject("listen").getInteger("port");
            if (!yaml.getString("publicUrl").endsWith(port)) {
                yaml.put("deniedClients", new JsonArray().add("agent"));
            }
        });
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    private static JsonObject client() {
        return new JsonObject().put("name", "Reporting").put("redirectUris", new JsonArray().add(CALLBACK));
    }

    @Test
    @DisplayName("AS-1: a confidential client of the configuration goes the whole way, with its secret in either place")
    void theWholeWay() {
        TestClient agent = TestClient.known(world, "agent", SECRET, CALLBACK);
        Answer page = agent.authorize(world.url());
        assertThat(page.body()).contains("Reporting", "reports.example").doesNotContain("nobody has verified");
        JsonObject tokens = agent.redeem(world.url(), agent.code()).json();
        assertThat(agent.echo(world.mcpUrl(), tokens.getString("access_token"), "hi")
                        .status())
                .isEqualTo(200);
        Answer basic = new Browser()
                .postForm(
                        world.url() + "/token",
                        Form.encode("grant_type", "refresh_token", "refresh_token", tokens.getString("refresh_token")),
                        "Authorization",
                        "Basic "
                                + Base64.getEncoder()
                                        .encodeToString(("agent:" + SECRET.replace(" ", "+"))
                                                .getBytes(StandardCharsets.UTF_8)));
        assertThat(basic.status()).as(basic.body()).isEqualTo(200);
    }

    @Test
    @DisplayName("AS-26: without its secret, or with another one, a confidential client is 401 invalid_client")
    void theSecretIsNeeded() {
        TestClient agent = TestClient.known(world, "agent", SECRET, CALLBACK);
        String code = agent.code();
        for (String wrong : new String[] {"", "wrong", SECRET + " "}) {
            Answer answer = TestClient.known(world, "agent", wrong, CALLBACK).redeem(world.url(), code);
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.json().getString("error")).isEqualTo("invalid_client");
        }
        assertThat(agent.redeem(world.url(), code).status()).isEqualTo(200);
    }

    @Test
    @DisplayName("AS-16: a mistake of a pre-registered client is told to its redirect URI at once; AS-20 with iss")
    void mistakesAreRedirected() {
        TestClient tool = TestClient.known(world, "tool", "", CALLBACK);
        Answer answer = tool.browser()
                .get(world.url() + "/authorize?" + tool.authorizationQuery().replace("S256", "plain"));
        assertThat(answer.status()).isEqualTo(303);
        assertThat(answer.location().toString()).startsWith(CALLBACK + "?error=invalid_request&");
        assertThat(answer.parameter("state")).hasValue(tool.state());
        assertThat(answer.parameter("iss")).hasValue(world.url());
    }

    @Test
    @DisplayName("CR-3: only the redirect URI of the configuration")
    void onlyItsRedirectUri() {
        TestClient tool = TestClient.known(world, "tool", "", "https://evil.example/cb");
        Answer answer = tool.authorize(world.url());
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Location")).isEmpty();
    }

    @Test
    @DisplayName("AS-15: scopes of the configuration are the most a client can be granted")
    void scopesAreABound() {
        TestClient client = TestClient.known(world, "demo-only", "", CALLBACK);
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        assertThat(tokens.getString("scope")).isEqualTo("mcp:demo");
        Answer other = client.browser()
                .get(world.url() + "/authorize?" + client.authorizationQuery().replace("demo%2Fmcp", "other%2Fmcp"));
        assertThat(other.parameter("error")).hasValue("invalid_scope");
    }

    @Test
    @DisplayName("a denied client gets a page, no token, no refresh, and its access tokens are refused")
    void aDeniedClientIsOff() {
        TestClient agent = TestClient.known(world, "agent", SECRET, CALLBACK);
        JsonObject tokens = agent.redeem(world.gateway(0), agent.code()).json();
        String denying = world.gateway(1);
        Answer page = agent.authorize(denying);
        assertThat(page.status()).isEqualTo(400);
        assertThat(page.header("Location")).isEmpty();
        assertThat(page.body()).contains("blocked here");
        Answer code = agent.redeem(denying, agent.code());
        assertThat(code.status()).isEqualTo(401);
        assertThat(code.json().getString("error")).isEqualTo("invalid_client");
        Answer refresh = agent.refresh(denying, tokens.getString("refresh_token"));
        assertThat(refresh.status()).isEqualTo(401);
        assertThat(refresh.json().getString("error")).isEqualTo("invalid_client");
        Answer call = agent.echo(denying + "/demo/mcp", tokens.getString("access_token"), "hi");
        assertThat(call.status()).isEqualTo(401);
        assertThat(call.header("WWW-Authenticate").orElseThrow()).contains("error=\"invalid_token\"");
        // Not because of anything else: the other gateway still serves it.
        assertThat(agent.echo(world.mcpUrl(), tokens.getString("access_token"), "hi")
                        .status())
                .isEqualTo(200);
        assertThat(agent.refresh(world.gateway(0), tokens.getString("refresh_token"))
                        .status())
                .isEqualTo(200);
    }
}
