package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.dev.cognito.Call;
import dev.portcullis.dev.cognito.Fault;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is over is over, and says so; what is only in trouble says that instead. */
class ExpiryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static World world;

    @BeforeAll
    static void start() {
        world = World.start(configuration -> {
            configuration.put(
                    "login",
                    new JsonObject()
                            .put("pendingTtl", "2s")
                            .put("codeTtl", "1s")
                            .put("spentCodeTtl", "5s"));
            configuration.put("tokens", new JsonObject().put("accessTokenTtl", "3s"));
            configuration.put("refresh", new JsonObject().put("reuseGrace", "1s"));
        });
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @AfterEach
    void healCognito() {
        world.cognito().faults().clear();
    }

    @Test
    void anExpiredConsentFormStartsOver() {
        TestClient client = TestClient.register(world);
        Answer page = client.authorize(world.url());
        await().atMost(PATIENCE).untilAsserted(() -> {
            Answer late =
                    client.browser().postForm(world.url() + "/consent", Form.fill(page.body(), "decision", "deny"));
            assertThat(late.status()).isEqualTo(403);
            assertThat(late.body()).contains("too old", "start the login again");
        });
    }

    @Test
    void aLoginThatTookTooLongEndsOnAPage() {
        TestClient client = TestClient.register(world);
        Answer fromCognito = client.signIn(client.approve(world.url(), client.authorize(world.url())));
        // Redis forgets it without being asked; its own clock is the one that counts.
        await().pollDelay(Duration.ofMillis(2200)).atMost(PATIENCE).untilAsserted(() -> {
            Answer late = client.callback(world.url(), fromCognito);
            assertThat(late.status()).isEqualTo(400);
            assertThat(late.body()).contains("took too long");
        });
    }

    @Test
    void anExpiredCodeIsInvalidGrant() {
        // AS-24
        TestClient client = TestClient.register(world);
        String code = client.code();
        await().pollDelay(Duration.ofMillis(1200)).atMost(PATIENCE).untilAsserted(() -> {
            Answer late = client.redeem(world.url(), code);
            assertThat(late.status()).isEqualTo(400);
            assertThat(late.json().getString("error")).isEqualTo("invalid_grant");
        });
    }

    @Test
    void anExpiredAccessTokenIs401AndARefreshGoesOn() {
        // RS-6, RS-7, AS-34: warm in the cache or not, its expiry counts
        TestClient client = TestClient.register(world);
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        assertThat(tokens.getInteger("expires_in")).isEqualTo(3);
        assertThat(client.echo(world.mcpUrl(), tokens.getString("access_token"), "hi")
                        .status())
                .isEqualTo(200);
        await().atMost(PATIENCE).untilAsserted(() -> {
            Answer late = client.echo(world.mcpUrl(), tokens.getString("access_token"), "hi");
            assertThat(late.status()).isEqualTo(401);
            assertThat(late.header("WWW-Authenticate").orElseThrow()).contains("error=\"invalid_token\"", "expired");
        });
        Answer fresh = client.refresh(world.url(), tokens.getString("refresh_token"));
        assertThat(client.echo(world.mcpUrl(), fresh.json().getString("access_token"), "hi")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aRefreshTokenReplacedLongAgoEndsTheGrantForItsSuccessorToo() {
        // AS-31, AS-33
        TestClient client = TestClient.register(world);
        String first = client.redeem(world.url(), client.code()).json().getString("refresh_token");
        String second = client.refresh(world.url(), first).json().getString("refresh_token");
        await().pollDelay(Duration.ofMillis(1200)).atMost(PATIENCE).untilAsserted(() -> {
            Answer reused = client.refresh(world.url(), first);
            assertThat(reused.json().getString("error")).isEqualTo("invalid_grant");
        });
        assertThat(client.refresh(world.url(), second).json().getString("error"))
                .isEqualTo("invalid_grant");
    }

    @Test
    void troubleAtCognitoIs503AndTheRefreshTokenStaysGood() {
        // AS-30
        TestClient client = TestClient.register(world);
        String token = client.redeem(world.url(), client.code()).json().getString("refresh_token");
        for (Fault fault : new Fault[] {
            Fault.throttled(),
            Fault.throttledAsBadRequest(),
            Fault.serverError(),
            Fault.html(403),
            new Fault.Silent(),
            new Fault.Half()
        }) {
            world.cognito().faults().on(Call.REFRESH_GRANT, fault);
            Answer answer = client.refresh(world.url(), token);
            assertThat(answer.status()).as(fault + " " + answer.body()).isEqualTo(503);
            assertThat(answer.json().getString("error")).isEqualTo("temporarily_unavailable");
            assertThat(answer.header("Retry-After")).isPresent();
        }
        world.cognito().faults().clear();
        assertThat(client.refresh(world.url(), token).status()).isEqualTo(200);
    }

    @Test
    void aSignInThatEndedAtCognitoIsInvalidGrant() {
        // IDP-9
        TestClient client = TestClient.register(world);
        String token = client.redeem(world.url(), client.code()).json().getString("refresh_token");
        world.cognito().faults().on(Call.REFRESH_GRANT, Fault.invalidGrant());
        Answer answer = client.refresh(world.url(), token);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().getString("error")).isEqualTo("invalid_grant");
    }

    @Test
    void troubleAtCognitoDuringALoginIsAPageThatSaysSo() {
        TestClient client = TestClient.register(world);
        Answer fromCognito = client.signIn(client.approve(world.url(), client.authorize(world.url())));
        world.cognito().faults().on(Call.CODE_GRANT, Fault.serverError());
        Answer page = client.callback(world.url(), fromCognito);
        assertThat(page.status()).isEqualTo(503);
        assertThat(page.header("Retry-After")).isPresent();
        assertThat(page.body()).contains("not possible right now", "error=temporarily_unavailable");
    }
}
