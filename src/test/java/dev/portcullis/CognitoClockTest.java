package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Crowd;
import dev.portcullis.testkit.LogCapture;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A Cognito whose clock is not ours, and whose keys change while people work. */
class CognitoClockTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int SESSIONS = 4;

    private static World world;

    @BeforeAll
    static void start() {
        world = World.start(2, configuration -> configuration.put("tokens", new JsonObject().put("clockSkew", "60s")));
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @AfterEach
    void setTheClock() {
        world.cognito().faults().clear();
    }

    @ParameterizedTest
    @ValueSource(ints = {-55, 55})
    @DisplayName("tokens.clockSkew: a clock at Cognito that is less than that off is no reason to refuse anybody")
    void withinTheLeeway(int seconds) {
        TestClient client = TestClient.register(world);
        String token = ok(client.redeem(world.url(), client.code())).getString("refresh_token");
        world.cognito().faults().clockSkew(Duration.ofSeconds(seconds));
        JsonObject next = ok(client.refresh(world.url(), token));
        assertThat(client.echo(world.mcpUrl(), next.getString("access_token"), "hi")
                        .status())
                .isEqualTo(200);
        TestClient newcomer = TestClient.register(world);
        ok(newcomer.redeem(world.url(), newcomer.code()));
    }

    @Test
    @DisplayName(
            "AS-30: a clock that is further ahead: refreshes and logins are refused, the log says why, and with the clock set right no session is lost")
    void beyondTheLeeway() {
        TestClient client = TestClient.register(world);
        String token = ok(client.redeem(world.url(), client.code())).getString("refresh_token");
        TestClient newcomer = TestClient.register(world);
        Answer fromCognito = newcomer.signIn(newcomer.approve(world.url(), newcomer.authorize(world.url())));
        world.cognito().faults().clockSkew(Duration.ofSeconds(90));
        try (LogCapture log = LogCapture.of("dev.portcullis.idp.cognito.CognitoIdentityProvider")) {
            Answer refused = client.refresh(world.url(), token);
            assertThat(refused.status()).as(refused.body()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isPresent();
            Answer login = newcomer.callback(world.url(), fromCognito);
            assertThat(login.parameter("error")).contains("server_error");
            assertThat(log.lines(line -> String.valueOf(line.getString("reason"))
                            .matches("issued [89]\\d s in the future by the clock of this machine")))
                    .hasSize(2);
        }
        world.cognito().faults().clockSkew(Duration.ZERO);
        ok(client.refresh(world.url(), token));
        ok(newcomer.redeem(world.url(), newcomer.code()));
    }

    @Test
    @DisplayName("Cognito changes its signing keys while people log in and refresh: nobody is refused")
    void keysChange() throws InterruptedException {
        try (Crowd crowd = Crowd.of(world, SESSIONS, true)) {
            // To make keys takes a while.
            done(world.cognito().addKeys());
            TimeUnit.MILLISECONDS.sleep(300);
            world.cognito().signWithNewKeys();
            int refreshes = crowd.refreshes();
            int logins = crowd.logins();
            await().atMost(PATIENCE)
                    .until(() -> crowd.refreshes() > refreshes + 2 * SESSIONS && crowd.logins() > logins + 1);
            world.cognito().removeOldKeys();
            int later = crowd.logins();
            await().atMost(PATIENCE).until(() -> crowd.logins() > later + 1);
            crowd.end();
            assertThat(crowd.faults()).isEmpty();
            assertThat(crowd.refusals()).isEmpty();
            assertThat(crowd.lost()).isEmpty();
        }
    }

    private static void done(Future<Void> change) {
        try {
            change.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static JsonObject ok(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json();
    }
}
