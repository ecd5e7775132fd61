package dev.portcullis.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.http.ClientAddress;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.LogCapture;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The audit log")
class AuditLogTest {
    private static World world;
    private static LogCapture log;

    @BeforeAll
    static void start() {
        log = LogCapture.of("portcullis.audit");
        world = World.start(yaml -> {
            yaml.put("refresh", new JsonObject().put("reuseGrace", "0s"));
            yaml.getJsonObject("upstreams")
                    .getJsonObject("demo")
                    .put(
                            "tools",
                            new JsonArray()
                                    .add(new JsonObject().put("match", "whoami").put("deny", true)));
            yaml.getJsonObject("upstreams")
                    .getJsonObject("other")
                    .put(
                            "tools",
                            new JsonArray()
                                    .add(new JsonObject().put("match", "echo").put("requireScope", "other:write")));
        });
    }

    @AfterAll
    static void stop() {
        world.close();
        log.close();
    }

    /** The lines about this client, in their order. */
    private static List<JsonObject> lines(TestClient client) {
        String reference = ClientReference.of(client.id());
        return log.lines(line -> reference.equals(line.getString("client")));
    }

    private static JsonObject line(TestClient client, String event, String outcome) {
        return lines(client).stream()
                .filter(line -> event.equals(line.getString("event")) && outcome.equals(line.getString("outcome")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + event + " " + outcome + " in " + lines(client)));
    }

    @Test
    @DisplayName(
            "tells the story of a grant: registration, consent, login, token, refresh, revocation; who, what, where from")
    void tellsTheStoryOfAGrant() {
        TestClient client = TestClient.register(world);
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        Answer refreshed = client.refresh(world.url(), tokens.getString("refresh_token"));
        client.revoke(world.url(), refreshed.json().getString("refresh_token"));

        assertThat(lines(client).stream().map(line -> line.getString("event") + " " + line.getString("outcome")))
                .containsExactly(
                        "registration done",
                        "consent given",
                        "login done",
                        "token issued",
                        "refresh renewed",
                        "revocation client");
        JsonObject login = line(client, "login", "done");
        assertThat(login.getString("username")).isEqualTo(World.USER);
        assertThat(login.getString("resource")).isEqualTo(world.mcpUrl());
        assertThat(login.getString("address")).isIn("127.0.0.1", "0:0:0:0:0:0:0:1");
        JsonObject refresh = line(client, "refresh", "renewed");
        assertThat(refresh.getString("grant")).isEqualTo(login.getString("grant"));
        assertThat(refresh.getString("user")).isEqualTo(login.getString("user"));
        assertThat(refresh.getString("requestId"))
                .isEqualTo(refreshed.header("X-Request-Id").orElseThrow());
        assertThat(refresh.getString("traceId")).matches("[0-9a-f]{32}");
        assertThat(line(client, "consent", "given").getString("clientName")).isEqualTo("Test Client");
    }

    @Test
    @DisplayName("tells of a person who said no, and of a login that the identity provider refused")
    void tellsOfRefusals() {
        TestClient client = TestClient.register(world);
        Answer page = client.authorize(world.url());
        client.browser().postForm(world.url() + "/consent", Form.fill(page.body(), "decision", "deny"));
        assertThat(line(client, "consent", "denied").getString("scopes")).contains("mcp:demo");

        TestClient unlucky = TestClient.register(world);
        Answer toCognito = unlucky.approve(world.url(), unlucky.authorize(world.url()));
        String state = toCognito.parameter("state").orElseThrow();
        unlucky.browser().get(world.url() + "/callback?" + Form.encode("error", "access_denied", "state", state));
        assertThat(line(unlucky, "login", "refused").getString("reason")).contains("refused the login");
    }

    @Test
    @DisplayName("tells of a code that is used twice")
    void tellsOfReplay() {
        TestClient client = TestClient.register(world);
        String code = client.code();
        client.redeem(world.url(), code);
        client.redeem(world.url(), code);

        assertThat(line(client, "reuse", "authorization_code").getString("grant"))
                .isEqualTo(line(client, "token", "issued").getString("grant"));
        assertThat(line(client, "token", "refused").getString("reason")).contains("used before");
    }

    @Test
    @DisplayName("tells of calls that a rule over tools stopped, and why")
    void tellsOfDeniedTools() {
        TestClient client = TestClient.register(world);
        String token = client.redeem(world.url(), client.code()).json().getString("access_token");
        Answer denied = client.whoami(world.mcpUrl(), token);

        JsonObject line = line(client, "call_denied", "policy");
        assertThat(denied.status()).isEqualTo(403);
        assertThat(line.getString("upstream")).isEqualTo("demo");
        assertThat(line.getString("requestId"))
                .isEqualTo(denied.header("X-Request-Id").orElseThrow());
        assertThat(line.getString("user")).isNotBlank();
    }

    @Test
    @DisplayName("holds no token, no code, no state, no verifier and no client id that is a registration")
    void holdsNoSecret() {
        TestClient client = TestClient.register(world);
        String code = client.code();
        JsonObject first = client.redeem(world.url(), code).json();
        client.echo(world.mcpUrl(), first.getString("access_token"), "hello");
        JsonObject second =
                client.refresh(world.url(), first.getString("refresh_token")).json();
        client.refresh(world.url(), "pcr_madeup");
        client.redeem(world.url(), code);
        await().atMost(Duration.ofSeconds(5)).until(() -> lines(client).size() >= 6);

        assertThat(log.text())
                .doesNotContain(code, client.verifier(), client.state(), client.id(), "pcr_", "pcc_", "eyJ")
                .doesNotContain(first.getString("access_token"), first.getString("refresh_token"))
                .doesNotContain(second.getString("access_token"), second.getString("refresh_token"));
    }

    @Test
    @DisplayName("tells of changed keys, by their ids, and counts events by kind and outcome only")
    void tellsOfKeys() {
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        AuditLog audit = new AuditLog(new ClientAddress(world.config().http()), metrics);

        audit.record(new AuditEvent.KeysChanged(List.of("key-of-this-test", "k2"), Set.of("k0")));

        JsonObject line = log.lines(one -> one.getString("keys", "").startsWith("key-of-this-test"))
                .get(0);
        assertThat(line.getString("event")).isEqualTo("keys");
        assertThat(line.getString("distrusted")).isEqualTo("k0");
        assertThat(metrics.get("portcullis.audit.events")
                        .tags("event", "keys", "outcome", "changed")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(metrics.getMeters()).hasSize(1);
    }
}
