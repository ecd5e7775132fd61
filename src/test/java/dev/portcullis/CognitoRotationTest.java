package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.dev.cognito.Call;
import dev.portcullis.dev.cognito.Fault;
import dev.portcullis.dev.cognito.RefreshRotation;
import dev.portcullis.dev.cognito.TokenFlaw;
import dev.portcullis.dev.redis.LocalRedis;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cognito rotates its refresh tokens, and what it answered gets lost on the way: to us, or from us to where it would be kept. */
class CognitoRotationTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private LocalRedis redis;
    private World world;

    @BeforeEach
    void start() throws Exception {
        redis = LocalRedis.start(LocalRedis.Options.standard());
        world = World.start(configuration -> configuration
                .put("redis", new JsonObject().put("url", redis.url()).put("timeout", "500ms"))
                .put("refresh", new JsonObject().put("lease", "2s").put("patience", "300ms"))
                .getJsonObject("cognito")
                .put("timeout", "1s"));
        // As Cognito has it: what was replaced is good for at most a minute more.
        rotate(Duration.ofSeconds(60));
    }

    private void rotate(Duration grace) throws Exception {
        world.cognito()
                .changeClient(
                        world.cognito().pool().client().id(), client -> client.withRotation(RefreshRotation.on(grace)))
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() {
        world.close();
        redis.close();
    }

    @Test
    @DisplayName(
            "AS-33, AS-30: Cognito rotated and its answer got lost: 503, and the session goes on with the next try")
    void theAnswerOfCognitoGotLost() {
        TestClient client = TestClient.register(world);
        String token = client.redeem(world.url(), client.code()).json().getString("refresh_token");
        for (Fault lost : new Fault[] {new Fault.Lost(), new Fault.Half(), new Fault.Lost()}) {
            world.cognito().faults().on(Call.REFRESH_GRANT, lost, 1);
            String current = token;
            assertThat(client.refresh(world.url(), current).status()).isEqualTo(503);
            Answer next = await().atMost(PATIENCE)
                    .until(() -> client.refresh(world.url(), current), answer -> answer.status() == 200);
            token = next.json().getString("refresh_token");
        }
        goesOn(client, token);
    }

    @Test
    @DisplayName(
            "AS-33, AS-30: Cognito rotated and we lost what it said before it was kept: 503, and the session goes on")
    void whatCognitoSaidWasNotKept() throws Exception {
        TestClient client = TestClient.register(world);
        String token = client.redeem(world.url(), client.code()).json().getString("refresh_token");
        world.cognito().faults().on(Call.REFRESH_GRANT, new Fault.Slow(Duration.ofMillis(700)), 1);
        long before = world.cognito().calls().refreshes();
        CompletableFuture<Answer> asked = CompletableFuture.supplyAsync(() -> client.refresh(world.url(), token));
        await().atMost(PATIENCE).until(() -> world.cognito().calls().refreshes() > before);
        redis.pause();
        assertThat(asked.get(20, TimeUnit.SECONDS).status()).isEqualTo(503);
        redis.resume();
        Answer next = await().atMost(PATIENCE)
                .until(() -> client.refresh(world.url(), token), answer -> answer.status() == 200);
        goesOn(client, next.json().getString("refresh_token"));
    }

    @ParameterizedTest
    @EnumSource(names = {"UNKNOWN_KID", "WRONG_KEY", "EXPIRED", "OTHER_POOL"})
    @DisplayName(
            "AS-33, AS-30: Cognito rotated, without grace, and what it issued does not verify here: 503, and the session goes on")
    void whatCognitoIssuedDoesNotVerify(TokenFlaw flaw) throws Exception {
        rotate(Duration.ZERO);
        TestClient client = TestClient.register(world);
        String token = client.redeem(world.url(), client.code()).json().getString("refresh_token");
        world.cognito().faults().accessTokens(flaw);
        for (int i = 0; i < 3; i++) {
            assertThat(client.refresh(world.url(), token).status()).isEqualTo(503);
        }
        world.cognito().faults().accessTokens(TokenFlaw.NONE);
        Answer next = await().atMost(PATIENCE)
                .until(() -> client.refresh(world.url(), token), answer -> answer.status() == 200);
        goesOn(client, next.json().getString("refresh_token"));
    }

    @Test
    @DisplayName(
            "AS-33: our answer got lost after all was kept: the old token gets the successor, without asking Cognito")
    void ourAnswerGotLost() {
        TestClient client = TestClient.register(world);
        String token = client.redeem(world.url(), client.code()).json().getString("refresh_token");
        String lost = client.refresh(world.url(), token).json().getString("refresh_token");
        long calls = world.cognito().calls().refreshes();
        Answer again = client.refresh(world.url(), token);
        assertThat(again.json().getString("refresh_token")).isEqualTo(lost);
        assertThat(world.cognito().calls().refreshes()).isEqualTo(calls);
        goesOn(client, lost);
    }

    private void goesOn(TestClient client, String refreshToken) {
        String token = refreshToken;
        for (int i = 0; i < 3; i++) {
            Answer answer = client.refresh(world.url(), token);
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            assertThat(client.echo(world.mcpUrl(), answer.json().getString("access_token"), "hi")
                            .status())
                    .isEqualTo(200);
            token = answer.json().getString("refresh_token");
        }
    }
}
