package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Refreshes that are in order, and yet not to be answered like any other. */
class RefreshRulesTest {
    private static final int A_MINUTE = 4;

    private static World world;

    @BeforeAll
    static void start() {
        world = World.start(2, yaml -> yaml.getJsonObject("rateLimits").put("refreshesOfGrant", A_MINUTE));
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @Test
    @DisplayName(
            "one sign-in in a loop is told 429 at every replica, asks Cognito no more, keeps nobody else from it, and loses nothing")
    void aLoop() {
        TestClient looping = TestClient.register(world);
        String token = looping.redeem(world.url(), looping.code()).json().getString("refresh_token");
        TestClient other = TestClient.register(world);
        String others = other.redeem(world.url(), other.code()).json().getString("refresh_token");
        for (int i = 0; i < A_MINUTE; i++) {
            Answer answer = looping.refresh(world.gateway(i), token);
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            token = answer.json().getString("refresh_token");
        }
        long asked = world.cognito().calls().refreshes();
        String last = token;
        for (int i = 0; i < 10; i++) {
            Answer refused = looping.refresh(world.gateway(i), last);
            assertThat(refused.status()).isEqualTo(429);
            assertThat(Integer.parseInt(refused.header("Retry-After").orElseThrow()))
                    .isBetween(1, 60 / A_MINUTE + 1);
        }
        assertThat(world.cognito().calls().refreshes()).isEqualTo(asked);
        assertThat(other.refresh(world.url(), others).status()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(60 / A_MINUTE + 5))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> looping.refresh(world.url(), last).status() == 200);
    }

    @Test
    @DisplayName(
            "AS-29: a client that did not register for refreshes is an unauthorized_client, before anything is looked up")
    void notRegisteredForIt() {
        TestClient client = TestClient.register(
                world, TestClient.registration().put("grant_types", new JsonArray().add("authorization_code")));
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        assertThat(tokens.containsKey("refresh_token")).isFalse();
        Answer answer = client.browser()
                .postForm(
                        world.url() + "/token",
                        Form.encode("grant_type", "refresh_token", "refresh_token", "pcr_x", "client_id", client.id()));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().getString("error")).isEqualTo("unauthorized_client");
    }

    @Test
    @DisplayName("an address that Cognito does not vouch for any more is not passed on after the next refresh")
    void anAddressThatIsNotVerifiedAnyMore() throws Exception {
        TestClient client = TestClient.register(world);
        Answer toCognito = client.approve(world.url(), client.authorize(world.url()));
        String code = client.callback(world.url(), client.signInAs(World.OTHER_USER, toCognito))
                .parameter("code")
                .orElseThrow();
        JsonObject tokens = client.redeem(world.url(), code).json();
        assertThat(client.whoami(world.mcpUrl(), tokens.getString("access_token"))
                        .body())
                .contains("paul@example.com");
        world.cognito()
                .changeUser(
                        World.OTHER_USER,
                        user -> user.withAttributes(
                                Map.of("email", "somebody.else@example.com", "email_verified", "false")))
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        JsonObject refreshed =
                client.refresh(world.url(), tokens.getString("refresh_token")).json();
        assertThat(client.whoami(world.mcpUrl(), refreshed.getString("access_token"))
                        .body())
                .doesNotContain("paul@example.com", "somebody.else@example.com");
    }
}
