package dev.portcullis.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.dev.cognito.Call;
import dev.portcullis.dev.cognito.Fault;
import dev.portcullis.http.ClientAddress;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.Jose;
import dev.portcullis.testkit.LogCapture;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RedisServer;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The audit log")
class AuditLogTest {
    private static final String SECRET = "a secret of 32 characters, or so";
    private static final String CALLBACK = "https://reports.example/cb";

    private static RedisServer redis;
    private static World world;
    private static LogCapture log;

    @BeforeAll
    static void start() {
        log = LogCapture.of("portcullis.audit");
        redis = RedisServer.start(Ports.free(), Optional.empty());
        world = World.start(yaml -> {
            yaml.put("redis", new JsonObject().put("url", "redis://" + redis.address()));
            yaml.put("refresh", new JsonObject().put("reuseGrace", "0s"));
            yaml.put(
                    "clients",
                    new JsonObject()
                            .put(
                                    "agent",
                                    new JsonObject()
                                            .put("name", "Reporting")
                                            .put("redirectUris", new JsonArray().add(CALLBACK))
                                            .put("secret", SECRET)));
            yaml.getJsonObject("upstreams")
                    .getJsonObject("demo")
                    .put(
                            "tools",
                            new JsonArray()
                                    .add(new JsonObject().put("match", "whoami").put("deny", true))
                                    .add(new JsonObject()
                                            .put("match", "admin_*")
                                            .put("deny", true)));
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
        redis.close();
    }

    @AfterEach
    void heal() {
        world.cognito().faults().clear();
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

        assertSaysWhoseAccess(client, line(client, "reuse", "authorization_code"));
        assertSaysWhoseAccess(client, line(client, "token", "refused"));
        assertThat(line(client, "token", "refused").getString("reason")).contains("used before");
    }

    @Test
    @DisplayName(
            "tells of a refresh token that is used again after it was replaced: whose, of which client, for which server")
    void tellsOfReusedRefreshTokens() {
        TestClient client = TestClient.register(world);
        String old = client.redeem(world.url(), client.code()).json().getString("refresh_token");
        client.refresh(world.url(), old);
        assertThat(client.refresh(world.url(), old).status()).isEqualTo(400);

        assertSaysWhoseAccess(client, line(client, "reuse", "refresh_token"));
        assertSaysWhoseAccess(client, line(client, "refresh", "refused"));
    }

    @Test
    @DisplayName("tells of sign-ins that their person ended, and of the login that this took")
    void tellsOfDisconnecting() {
        TestClient client = TestClient.register(world);
        client.redeem(world.url(), client.code());
        JsonObject login = line(client, "login", "done");
        assertThat(login.getString("purpose")).isEqualTo("authorization");
        TestClient person = TestClient.register(world);

        Answer back =
                person.callback(world.url(), person.signIn(person.browser().get(world.url() + "/connections")));
        Answer page = person.browser().get(world.url() + "/connections");
        person.browser()
                .postForm(
                        world.url() + "/connections",
                        Form.fill(page.body(), "disconnect", login.getString("grant")),
                        "Origin",
                        world.url());

        assertSaysWhoseAccess(client, line(client, "revocation", "user"));
        JsonObject looked = of(back);
        assertThat(looked.getString("event")).isEqualTo("login");
        assertThat(looked.getString("outcome")).isEqualTo("done");
        assertThat(looked.getString("purpose")).isEqualTo("connections");
        assertThat(looked.getString("user")).isEqualTo(login.getString("user"));
        assertThat(looked.getString("username")).isEqualTo(World.USER);
        assertThat(looked.containsKey("grant")).isFalse();
    }

    @Test
    @DisplayName("tells of logins that failed, whatever they were for, and whether it was anybody's fault")
    void tellsOfFailedLogins() {
        TestClient person = TestClient.register(world);
        Answer toCognito = person.browser().get(world.url() + "/connections");
        JsonObject refused = of(person.browser()
                .get(world.url() + "/callback?"
                        + Form.encode(
                                "error",
                                "access_denied",
                                "state",
                                toCognito.parameter("state").orElseThrow())));
        assertThat(refused.getString("outcome")).isEqualTo("refused");
        assertThat(refused.getString("purpose")).isEqualTo("connections");

        world.cognito().faults().on(Call.CODE_GRANT, Fault.serverError());
        Answer fromCognito = person.signIn(person.browser().get(world.url() + "/connections"));
        JsonObject unavailable = of(person.callback(world.url(), fromCognito));
        assertThat(unavailable.getString("event")).isEqualTo("login");
        assertThat(unavailable.getString("outcome")).isEqualTo("unavailable");
        assertThat(unavailable.getString("purpose")).isEqualTo("connections");

        TestClient client = TestClient.register(world);
        client.callback(world.url(), client.signIn(client.approve(world.url(), client.authorize(world.url()))));
        JsonObject login = line(client, "login", "unavailable");
        assertThat(login.getString("resource")).isEqualTo(world.mcpUrl());
        assertThat(login.getString("purpose")).isEqualTo("authorization");
    }

    @Test
    @DisplayName("tells of refreshes that Cognito's trouble stopped, and of a sign-in that Cognito ended")
    void tellsOfCognitosPart() {
        TestClient client = TestClient.register(world);
        String token = client.redeem(world.url(), client.code()).json().getString("refresh_token");

        world.cognito().faults().on(Call.REFRESH_GRANT, Fault.serverError());
        assertThat(client.refresh(world.url(), token).status()).isEqualTo(503);
        assertSaysWhoseAccess(client, line(client, "refresh", "unavailable"));

        world.cognito().faults().on(Call.REFRESH_GRANT, Fault.invalidGrant());
        assertThat(client.refresh(world.url(), token).status()).isEqualTo(400);
        assertSaysWhoseAccess(client, line(client, "revocation", "provider"));
        assertSaysWhoseAccess(client, line(client, "refresh", "refused"));
    }

    @Test
    @DisplayName("tells a refresh that came again from one that was renewed, and of tokens that Redis' absence stopped")
    void tellsOfRepeatedRefreshesAndOfRedis() {
        try (RedisServer own = RedisServer.start(Ports.free(), Optional.empty());
                World lenient = World.start(yaml ->
                        yaml.put("redis", new JsonObject().put("url", "redis://" + own.address())))) {
            TestClient client = TestClient.register(lenient);
            String token = client.redeem(lenient.url(), client.code()).json().getString("refresh_token");
            client.refresh(lenient.url(), token);
            client.refresh(lenient.url(), token);
            assertSaysWhoseAccess(client, line(client, "refresh", "repeated"));
            assertThat(line(client, "refresh", "repeated").getInteger("generation"))
                    .isEqualTo(line(client, "refresh", "renewed").getInteger("generation"));

            String code = client.code();
            own.kill();
            assertThat(client.redeem(lenient.url(), code).status()).isEqualTo(503);
            assertThat(line(client, "token", "unavailable").containsKey("claimedClient"))
                    .isFalse();
            // Of a grant that could not be looked up, its id is known: that is written in the token.
            client.refresh(lenient.url(), token);
            assertThat(line(client, "refresh", "unavailable").getString("grant"))
                    .isEqualTo(line(client, "refresh", "renewed").getString("grant"));
        }
    }

    @Test
    @DisplayName(
            "blames nobody for what somebody else sends in their name: before it has authenticated, a client is only claimed")
    void blamesNobody() {
        JsonObject wrong = of(tokenRequest("client_id", "agent", "client_secret", "wrong"));
        JsonObject wrongBasic = of(basic("agent", "wrong"));
        JsonObject unreadable = of(new Browser()
                .postForm(
                        world.url() + "/token",
                        Form.encode("grant_type", "refresh_token", "client_id", "agent"),
                        "Authorization",
                        "Basic %"));
        for (JsonObject line : List.of(wrong, wrongBasic, unreadable)) {
            assertThat(line.getString("event")).isEqualTo("refresh");
            assertThat(line.getString("outcome")).isEqualTo("refused");
            assertThat(line.getString("claimedClient")).isEqualTo("agent");
            assertThat(line.containsKey("client")).isFalse();
        }

        JsonObject right = of(tokenRequest("client_id", "agent", "client_secret", SECRET));
        JsonObject rightBasic = of(basic("agent", SECRET));
        for (JsonObject line : List.of(right, rightBasic)) {
            assertThat(line.getString("outcome")).isEqualTo("refused");
            assertThat(line.getString("client")).isEqualTo("agent");
            assertThat(line.containsKey("claimedClient")).isFalse();
        }
        assertThat(of(tokenRequest("x", "y")).containsKey("claimedClient")).isFalse();
    }

    @Test
    @DisplayName("names client, person and server where one client brings the refresh token of another")
    void tellsWhoseTokenAStrangerBrings() {
        TestClient victim = TestClient.register(world);
        String token = victim.redeem(world.url(), victim.code()).json().getString("refresh_token");
        TestClient stranger = TestClient.register(world);
        stranger.refresh(world.url(), token);

        JsonObject line = line(stranger, "refresh", "refused");
        JsonObject login = line(victim, "login", "done");
        assertThat(line.getString("reason")).contains("another client");
        assertThat(line.getString("grant")).isEqualTo(login.getString("grant"));
        assertThat(line.getString("user")).isEqualTo(login.getString("user"));
        assertThat(line.getString("resource")).isEqualTo(world.mcpUrl());
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
        assertThat(line.getString("tool")).isEqualTo("whoami");
        assertSaysWhoseAccess(client, line);
    }

    @Test
    @DisplayName("tells of calls that a missing scope stopped: of which tool, and which scope")
    void tellsOfMissingScopes() {
        String other = world.url() + "/other/mcp";
        TestClient client = TestClient.register(world).wants(other);
        Answer denied = client.echo(other, client.accessToken(), "hello");

        assertThat(denied.status()).isEqualTo(403);
        JsonObject line = line(client, "call_denied", "scope");
        assertThat(line.getString("tool")).isEqualTo("echo");
        assertThat(line.getString("upstream")).isEqualTo("other");
        assertThat(line.getString("missingScopes")).isEqualTo("other:write");
    }

    @Test
    @DisplayName("names tools as the client wrote them, on one line and in a length that nobody can stretch")
    void toolNamesAreBounded() {
        TestClient client = TestClient.register(world);
        String token = client.accessToken();
        String forged = "admin_\n{\"event\":\"login\"}\u001b[2J" + "x".repeat(5000);
        JsonArray batch = new JsonArray().add(call(forged)).add(call("harmless"));
        for (int i = 0; i < 20; i++) {
            batch.add(call("admin_" + i));
        }
        Answer denied = new Browser().postJson(world.mcpUrl(), batch.encode(), "Authorization", "Bearer " + token);

        assertThat(denied.status()).isEqualTo(403);
        JsonObject line = of(denied);
        assertThat(line.getString("tool"))
                .startsWith(forged.substring(0, 128) + "…, admin_0, admin_1, ")
                .endsWith(", admin_6 and 13 more")
                .doesNotContain("harmless")
                .hasSizeLessThan(300);
        assertThat(log.text().lines()).allSatisfy(text -> assertThat(text).startsWith("{\"time\":"));
    }

    private static JsonObject call(String tool) {
        return new JsonObject()
                .put("jsonrpc", "2.0")
                .put("id", 1)
                .put("method", "tools/call")
                .put("params", new JsonObject().put("name", tool).put("arguments", new JsonObject()));
    }

    /** Who, with which client, at which server: as the login said. */
    private static void assertSaysWhoseAccess(TestClient client, JsonObject line) {
        JsonObject login = line(client, "login", "done");
        for (String field : List.of("grant", "user", "client", "resource")) {
            assertThat(line.getString(field)).as(field).isNotBlank().isEqualTo(login.getString(field));
        }
    }

    /** The last line that was written because of this request. */
    private static JsonObject of(Answer answer) {
        String requestId = answer.header("X-Request-Id").orElseThrow();
        List<JsonObject> lines = log.lines(line -> requestId.equals(line.getString("requestId")));
        assertThat(lines).as("lines of the request").isNotEmpty();
        return lines.get(lines.size() - 1);
    }

    /** With a refresh token that nobody has issued. */
    private static Answer tokenRequest(String... client) {
        return new Browser()
                .postForm(
                        world.url() + "/token",
                        Form.encode("grant_type", "refresh_token", "refresh_token", "pcr_madeup") + "&"
                                + Form.encode(client));
    }

    private static Answer basic(String id, String secret) {
        String pair = Base64.getEncoder()
                .encodeToString((id + ":" + secret.replace(" ", "+")).getBytes(StandardCharsets.UTF_8));
        return new Browser()
                .postForm(
                        world.url() + "/token",
                        Form.encode("grant_type", "refresh_token", "refresh_token", "pcr_madeup"),
                        "Authorization",
                        "Basic " + pair);
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
                .doesNotContain(code, client.verifier(), client.state(), client.id(), "pcr_", "pcc_")
                .doesNotContain(Jose.BEGINNINGS)
                .doesNotContain(first.getString("access_token"), first.getString("refresh_token"))
                .doesNotContain(second.getString("access_token"), second.getString("refresh_token"));
    }

    @Test
    @DisplayName("is counted by kind and outcome only, each from zero")
    void isCounted() {
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        AuditLog audit = new AuditLog(new ClientAddress(world.config().http()), metrics);
        int kinds = metrics.getMeters().size();
        assertThat(metrics.get("portcullis.audit.events")
                        .tags("event", "keys", "outcome", "changed")
                        .counter()
                        .count())
                .isZero();

        audit.record(new AuditEvent.KeysChanged(List.of("k1", "k2"), Set.of("k0")));

        assertThat(metrics.get("portcullis.audit.events")
                        .tags("event", "keys", "outcome", "changed")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(metrics.getMeters())
                .hasSize(kinds)
                .allSatisfy(meter -> assertThat(meter.getId().getTags().stream().map(Tag::getKey))
                        .containsExactly("event", "outcome"));
    }
}
