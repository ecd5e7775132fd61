package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.dev.cognito.Call;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Limits for one address; each test is another address, behind a proxy on this machine. */
class RateLimitTest {
    private static final Map<Integer, Integer> MANAGEMENT_PORTS = new HashMap<>();
    private static World world;

    private final Browser browser = new Browser();
    private final String prefix = String.format(
            Locale.ROOT,
            "2001:db8:%x:%x:",
            ThreadLocalRandom.current().nextInt(0x10000),
            ThreadLocalRandom.current().nextInt(0x10000));
    private final String address = prefix + ":1";

    @BeforeAll
    static void start() {
        world = World.start(
                2,
                configuration -> configuration
                        .put(
                                "management",
                                new JsonObject()
                                        .put("host", "localhost")
                                        .put(
                                                "port",
                                                managementPort(configuration
                                                        .getJsonObject("listen")
                                                        .getInteger("port"))))
                        .put(
                                "rateLimits",
                                new JsonObject()
                                        .put("register", 5)
                                        .put("authorize", 4)
                                        .put("token", 60)
                                        .put("cognitoLogins", 0))
                        .put(
                                "http",
                                new JsonObject()
                                        .put(
                                                "trustedProxies",
                                                new JsonArray().add("127.0.0.1").add("::1"))));
    }

    /** Each gateway has one of its own. */
    private static int managementPort(int gatewayPort) {
        return MANAGEMENT_PORTS.computeIfAbsent(gatewayPort, port -> Ports.free());
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @Test
    @DisplayName("CR-9: registrations of one address end in 429 with Retry-After; another address goes on")
    void registrationsOfOneAddressAreLimited() {
        for (int i = 0; i < 5; i++) {
            assertThat(register(address).status()).isEqualTo(201);
        }
        Answer refused = register(address);
        assertThat(refused.status()).isEqualTo(429);
        // Five a minute are one in twelve seconds.
        assertThat(Long.parseLong(refused.header("Retry-After").orElseThrow())).isBetween(1L, 12L);
        assertThat(refused.json().getString("error")).isEqualTo("temporarily_unavailable");
        assertThat(refused.json().getString("error_description")).contains("too many requests");
        assertThat(refused.header("Cache-Control")).hasValue("no-store");
        // The same subscriber with another address of its own; then somebody else.
        assertThat(register(prefix + ":2").status()).isEqualTo(429);
        assertThat(register("198.51.100." + ThreadLocalRandom.current().nextInt(256))
                        .status())
                .isEqualTo(201);
    }

    @Test
    void authorizationRequestsOfOneAddressEndOnAPage() {
        TestClient client = TestClient.register(world);
        for (int i = 0; i < 4; i++) {
            assertThat(authorize(client).status()).isEqualTo(200);
        }
        Answer refused = authorize(client);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("Retry-After")).isPresent();
        assertThat(refused.header("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(refused.body()).contains("Too many", "your application");
        assertThat(refused.header("Location")).isEmpty();
    }

    @Test
    @DisplayName(
            "AS-30: a token request over the limit is 429, never an error that makes a client forget its tokens; it works again later")
    void tokenRequestsOfOneAddressAreLimitedAndWorkAgainLater() {
        for (int i = 0; i < 60; i++) {
            assertThat(token().status()).isEqualTo(401);
        }
        // A slow machine gets one more each second, but is not slower than that.
        Answer refused = token();
        for (int i = 0; i < 120 && refused.status() == 401; i++) {
            refused = token();
        }
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.json().getString("error")).isEqualTo("temporarily_unavailable");
        assertThat(refused.header("Retry-After")).hasValue("1");
        await().atMost(Duration.ofSeconds(5)).until(() -> token().status() == 401);
    }

    @Test
    @DisplayName("What is taken at one gateway is taken at all of them, and each counts whom it refused")
    void allGatewaysCountTogether() {
        for (int i = 0; i < 5; i++) {
            assertThat(registerAt(world.gateway(i)).status()).isEqualTo(201);
        }
        double first = refused(0, "register");
        double second = refused(1, "register");
        for (int i = 0; i < 2; i++) {
            assertThat(registerAt(world.gateway(0)).status()).isEqualTo(429);
        }
        assertThat(registerAt(world.gateway(1)).status()).isEqualTo(429);
        assertThat(refused(0, "register") - first).isEqualTo(2);
        assertThat(refused(1, "register") - second).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "The way back from Cognito is limited: junk codes of one address end on a page before Cognito is asked")
    void waysBackAreLimited() {
        long asked = world.cognito().calls().of(Call.CODE_GRANT);
        TestClient client = TestClient.register(world, TestClient.registration(), browser);
        Answer page =
                browser.get(world.url() + "/authorize?" + client.authorizationQuery(), "X-Forwarded-For", address);
        for (int i = 0; i < 4; i++) {
            String state = consent(page, "approve").parameter("state").orElseThrow();
            assertThat(callback("code=junk&state=" + state).status()).isEqualTo(303);
        }
        assertThat(world.cognito().calls().of(Call.CODE_GRANT) - asked).isEqualTo(4);
        assertPage(callback("code=junk&state=x"));
        assertPage(consent(page, "approve"));
        assertThat(world.cognito().calls().of(Call.CODE_GRANT) - asked).isEqualTo(4);
    }

    @Test
    @DisplayName("Answers to a page are limited, whether they agree, disconnect or sign out")
    void answersToPagesAreLimited() {
        for (int i = 0; i < 2; i++) {
            assertThat(post("/consent", "decision=approve").status()).isEqualTo(403);
            assertThat(post("/connections", "disconnect=all").status()).isEqualTo(403);
        }
        assertPage(post("/consent", "decision=approve"));
        assertPage(post("/connections", "signOut=yes"));
    }

    @Test
    @DisplayName("Logins that /connections begins count as authorization requests do")
    void openingTheConnectionsIsLimited() {
        for (int i = 0; i < 4; i++) {
            assertThat(browser.get(world.url() + "/connections", "X-Forwarded-For", address)
                            .status())
                    .isEqualTo(303);
        }
        assertPage(browser.get(world.url() + "/connections", "X-Forwarded-For", address));
    }

    @Test
    @DisplayName("Revocations count as token requests do")
    void revocationsAreLimited() {
        Answer last = revoke();
        assertThat(last.status()).isEqualTo(401);
        for (int i = 0; i < 180 && last.status() == 401; i++) {
            last = revoke();
        }
        assertThat(last.status()).isEqualTo(429);
        assertThat(last.json().getString("error")).isEqualTo("temporarily_unavailable");
    }

    private static void assertPage(Answer refused) {
        assertThat(refused.status()).isEqualTo(429);
        assertThat(Long.parseLong(refused.header("Retry-After").orElseThrow())).isBetween(1L, 15L);
        assertThat(refused.header("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(refused.header("X-Frame-Options")).hasValue("DENY");
        assertThat(refused.header("Location")).isEmpty();
    }

    private static double refused(int gateway, String endpoint) {
        int port = managementPort(URI.create(world.gateway(gateway)).getPort());
        return new Browser()
                .get("http://localhost:" + port + "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("portcullis_rate_limited_total{")
                        && line.contains("endpoint=\"" + endpoint + "\"")
                        && line.contains("outcome=\"refused\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private Answer consent(Answer page, String decision) {
        return post("/consent", Form.fill(page.body(), "decision", decision));
    }

    private Answer callback(String query) {
        return browser.get(world.url() + "/callback?" + query, "X-Forwarded-For", address);
    }

    private Answer post(String path, String form) {
        return browser.postForm(world.url() + path, form, "X-Forwarded-For", address);
    }

    private Answer revoke() {
        return browser.postForm(
                world.url() + "/revoke", Form.encode("token", "x", "client_id", "gone"), "X-Forwarded-For", address);
    }

    private Answer registerAt(String gateway) {
        return browser.postJson(gateway + "/register", TestClient.registration().encode(), "X-Forwarded-For", address);
    }

    private Answer register(String from) {
        return browser.postJson(
                world.url() + "/register", TestClient.registration().encode(), "X-Forwarded-For", from);
    }

    private Answer authorize(TestClient client) {
        return browser.get(world.url() + "/authorize?" + client.authorizationQuery(), "X-Forwarded-For", address);
    }

    private Answer token() {
        return browser.postForm(
                world.url() + "/token",
                Form.encode("grant_type", "refresh_token", "refresh_token", "x", "client_id", "gone"),
                "X-Forwarded-For",
                address);
    }
}
