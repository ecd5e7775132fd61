package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Limits for one address; each test is another address, behind a proxy on this machine. */
class RateLimitTest {
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
        world = World.start(configuration -> configuration
                .put(
                        "rateLimits",
                        new JsonObject().put("register", 5).put("authorize", 4).put("token", 60))
                .put(
                        "http",
                        new JsonObject()
                                .put(
                                        "trustedProxies",
                                        new JsonArray().add("127.0.0.1").add("::1"))));
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
