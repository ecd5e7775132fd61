package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.dev.cognito.RefreshRotation;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RedisServer;
import dev.portcullis.testkit.TcpRelay;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cognito or Redis does what it is asked, and its caller has been told to come back later when it says so. */
class LateRefreshTest {
    private static final Duration IN_TIME = Duration.ofSeconds(2);
    private static final Duration LATE = Duration.ofSeconds(3);
    private static final Duration BACK = Duration.ofSeconds(5);

    @Test
    @DisplayName(
            "AS-30, AS-33: Cognito rotated, without grace, and answered after 3 s: 503 in time, and the next refresh needs no login")
    void aRefreshWhoseAnswerIsLate() throws Exception {
        TcpRelay[] network = new TcpRelay[1];
        try (World world = World.start(configuration -> {
            JsonObject cognito = configuration.getJsonObject("cognito");
            if (network[0] == null) {
                network[0] = TcpRelay.inFrontOf(
                        URI.create(cognito.getString("domain")).getPort());
            }
            cognito.put("domain", "http://localhost:" + network[0].port());
        })) {
            world.cognito()
                    .changeClient(
                            world.cognito().pool().client().id(),
                            client -> client.withRotation(RefreshRotation.on(Duration.ZERO)))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
            TestClient client = TestClient.register(world);
            JsonObject tokens = client.redeem(world.url(), client.code()).json();
            String token = tokens.getString("refresh_token");
            long calls = world.cognito().calls().refreshes();

            network[0].delayAnswers(LATE.toMillis());
            long began = System.nanoTime();
            Answer refused = client.refresh(world.url(), token);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(IN_TIME);
            assertThat(refused.status()).as(refused.body()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isPresent();
            assertThat(world.cognito().calls().refreshes()).isEqualTo(calls + 1);
            network[0].delayAnswers(0);

            Answer next = await().atMost(BACK)
                    .until(() -> client.refresh(world.url(), token), answer -> answer.status() != 503);
            assertThat(next.status()).as(next.body()).isEqualTo(200);
            String access = next.json().getString("access_token");
            assertThat(client.echo(world.mcpUrl(), access, "hi").status()).isEqualTo(200);
            Answer last = client.refresh(world.url(), next.json().getString("refresh_token"));
            assertThat(last.status()).as(last.body()).isEqualTo(200);
        } finally {
            network[0].close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName(
            "AS-30: Redis lets a refresh begin, and its word gets lost: 503 in time, and nobody waits for the end of it")
    void aRefreshThatBeganUnheard(boolean hangsUp) {
        try (RedisServer redis = RedisServer.start(Ports.free(), Optional.empty());
                TcpRelay network = TcpRelay.inFrontOf(redis.port());
                World world = World.start(configuration -> configuration
                        .put("redis", new JsonObject().put("url", "redis://localhost:" + network.port()))
                        .put("refresh", new JsonObject().put("lease", "30s")))) {
            TestClient client = TestClient.register(world);
            String token = client.redeem(world.url(), client.code()).json().getString("refresh_token");
            network.rewriting(answer -> {
                if (!answer.toString().contains("leased")) {
                    return answer;
                }
                if (hangsUp) {
                    network.hangUp();
                } else {
                    network.swallow();
                }
                return Buffer.buffer();
            });
            long began = System.nanoTime();
            Answer refused = client.refresh(world.url(), token);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(IN_TIME);
            assertThat(refused.status()).as(refused.body()).isEqualTo(503);
            network.rewriting(UnaryOperator.identity()).heal();

            Answer next = await().atMost(BACK)
                    .until(() -> client.refresh(world.url(), token), answer -> answer.status() != 503);
            assertThat(next.status()).as(next.body()).isEqualTo(200);
        }
    }
}
