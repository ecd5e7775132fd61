package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.dev.cognito.Call;
import dev.portcullis.dev.cognito.RefreshRotation;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refreshes that race each other over several gateways. As it stands it is small; {@code -Drace.rounds=1000 -Drace.processes=true} runs it at
 * length over gateways that are processes of their own, and writes its figures to {@code target/surefire-reports}.
 */
class RefreshRaceTest {
    private static final Logger LOG = LoggerFactory.getLogger(RefreshRaceTest.class);
    private static final int ROUNDS = Integer.getInteger("race.rounds", 30);
    private static final boolean PROCESSES = Boolean.getBoolean("race.processes");
    private static final int GATEWAYS = 3;
    private static final int PARALLEL = 5;

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    @DisplayName(
            "AS-31, AS-33, SEC-2: five refreshes at once over three gateways: one call to Cognito a round, one successor, no session lost")
    void parallelRefreshesMakeOneCallAndLoseNoSession() {
        World world = PROCESSES ? World.startProcesses(GATEWAYS) : World.start(GATEWAYS);
        ExecutorService threads = Executors.newFixedThreadPool(PARALLEL);
        try {
            TestClient client = TestClient.register(world);
            String token = client.redeem(world.url(), client.code()).json().getString("refresh_token");
            // Cognito with rotation and no grace is the harder half: its old token is dead at once.
            List<Duration> rounds = new ArrayList<>(run(world, client, threads, token, ROUNDS / 2));
            rotateAtCognito(world);
            token = client.redeem(world.url(), client.code()).json().getString("refresh_token");
            rounds.addAll(run(world, client, threads, token, ROUNDS - ROUNDS / 2));
            List<Long> sorted = rounds.stream().map(Duration::toMillis).sorted().toList();
            LOG.atInfo()
                    .addKeyValue("gateways", GATEWAYS + (PROCESSES ? " processes" : " in this process"))
                    .addKeyValue("rounds", sorted.size())
                    .addKeyValue("refreshes", sorted.size() * PARALLEL)
                    .addKeyValue("sessionsLost", 0)
                    .addKeyValue("callsToCognitoPerRound", 1)
                    .addKeyValue("medianRoundMs", sorted.get(sorted.size() / 2))
                    .addKeyValue("p99RoundMs", sorted.get(sorted.size() * 99 / 100))
                    .addKeyValue("longestRoundMs", sorted.get(sorted.size() - 1))
                    .log("refresh race");
        } finally {
            threads.shutdownNow();
            world.close();
        }
    }

    /** @return how long each round took until its last answer */
    private static List<Duration> run(
            World world, TestClient client, ExecutorService threads, String first, int rounds) {
        List<Duration> durations = new ArrayList<>();
        String token = first;
        for (int round = 0; round < rounds; round++) {
            String current = token;
            int shift = round;
            long calls = world.cognito().calls().refreshes();
            long began = System.nanoTime();
            List<CompletableFuture<Answer>> racing = IntStream.range(0, PARALLEL)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> client.refresh(world.gateway(i + shift), current), threads))
                    .toList();
            List<Answer> answers = racing.stream().map(CompletableFuture::join).toList();
            durations.add(Duration.ofNanos(System.nanoTime() - began));
            assertThat(answers)
                    .as("round %d", round)
                    .allSatisfy(answer ->
                            assertThat(answer.status()).as(answer.body()).isEqualTo(200));
            List<String> successors = answers.stream()
                    .map(answer -> answer.json().getString("refresh_token"))
                    .distinct()
                    .toList();
            assertThat(successors).as("round %d", round).hasSize(1).doesNotContain(current);
            assertThat(world.cognito().calls().refreshes() - calls)
                    .as("round %d", round)
                    .isEqualTo(1);
            String accessToken = answers.get(round % PARALLEL).json().getString("access_token");
            assertThat(client.echo(world.gateway(round + 1) + "/demo/mcp", accessToken, "hi")
                            .status())
                    .isEqualTo(200);
            token = successors.get(0);
        }
        return durations;
    }

    @Test
    @DisplayName(
            "AS-33: inside the window an old refresh token gets the current successor at any replica, without a call to Cognito")
    void aReplayInsideTheWindowGetsTheSuccessorAnywhere() {
        World world = World.start(GATEWAYS);
        try {
            TestClient client = TestClient.register(world);
            String first = client.redeem(world.gateway(0), client.code()).json().getString("refresh_token");
            String second = refreshed(client, world.gateway(1), first);
            String third = refreshed(client, world.gateway(2), second);
            long calls = world.cognito().calls().refreshes();
            for (int i = 0; i < GATEWAYS; i++) {
                assertThat(refreshed(client, world.gateway(i), first)).isEqualTo(third);
                assertThat(refreshed(client, world.gateway(i), second)).isEqualTo(third);
            }
            assertThat(world.cognito().calls().refreshes()).isEqualTo(calls);
        } finally {
            world.close();
        }
    }

    @Test
    @DisplayName("AS-31: outside the window a replay at another replica ends the grant at every replica and at Cognito")
    void aReplayOutsideTheWindowEndsTheGrantEverywhere() {
        World world = World.start(
                GATEWAYS, configuration -> configuration.put("refresh", new JsonObject().put("reuseGrace", "1s")));
        try {
            TestClient client = TestClient.register(world);
            String first = client.redeem(world.gateway(0), client.code()).json().getString("refresh_token");
            String second = refreshed(client, world.gateway(0), first);
            await().pollDelay(Duration.ofMillis(1200))
                    .atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> {
                        Answer replay = client.refresh(world.gateway(1), first);
                        assertThat(replay.status()).isEqualTo(400);
                        assertThat(replay.json().getString("error")).isEqualTo("invalid_grant");
                    });
            for (int i = 0; i < GATEWAYS; i++) {
                assertThat(client.refresh(world.gateway(i), second).json().getString("error"))
                        .isEqualTo("invalid_grant");
            }
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> world.cognito().calls().of(Call.REVOKE) == 1);
        } finally {
            world.close();
        }
    }

    private static void rotateAtCognito(World world) {
        try {
            world.cognito()
                    .changeClient(
                            world.cognito().pool().client().id(),
                            client -> client.withRotation(RefreshRotation.on(Duration.ZERO)))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("the pool could not be changed", e);
        }
    }

    private static String refreshed(TestClient client, String gateway, String token) {
        Answer answer = client.refresh(gateway, token);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json().getString("refresh_token");
    }
}
