package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RedisServer;
import dev.portcullis.testkit.TcpRelay;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Two gateways whose Redis goes away in every way there is, and comes back. */
class RedisOutageTest {
    private static final Logger LOG = LoggerFactory.getLogger(RedisOutageTest.class);
    private static final Duration IN_TIME = Duration.ofSeconds(2);
    private static final Duration BACK = Duration.ofSeconds(5);
    private static final Duration OUTAGE = Duration.ofSeconds(4);
    private static final int CALLS = 60;
    private static final int COLD = 5;
    // What a call may take on a machine with other things to do; a single time-out of Redis would be a second.
    private static final long SLOW_CALL_MS = 400;

    private static final Map<Integer, Integer> MANAGEMENT = new ConcurrentHashMap<>();
    private static final List<Integer> LISTEN = new ArrayList<>();
    private static RedisServer redis;
    private static TcpRelay network;
    private static World world;

    enum Trouble {
        STOPPED(
                () -> {
                    network.refuse();
                    redis.kill();
                },
                () -> {
                    redis.restart();
                    network.heal();
                }),
        FROZEN(() -> redis.freeze(), () -> redis.thaw()),
        SWALLOWING_BYTES(() -> network.swallow(), () -> network.heal()),
        SWALLOWING_ALL(() -> network.swallowAll(), () -> network.heal()),
        HANGING_UP(() -> network.hangUp(), () -> network.heal());

        private final Runnable begin;
        private final Runnable end;

        Trouble(Runnable begin, Runnable end) {
            this.begin = begin;
            this.end = end;
        }
    }

    @BeforeAll
    static void start() {
        redis = RedisServer.start(Ports.free(), Optional.empty());
        network = TcpRelay.inFrontOf(redis.port());
        world = World.start(2, behindTheNetwork());
    }

    private static Consumer<JsonObject> behindTheNetwork() {
        return configuration -> {
            int port = configuration.getJsonObject("listen").getInteger("port");
            if (!LISTEN.contains(port)) {
                LISTEN.add(port);
            }
            int management = MANAGEMENT.computeIfAbsent(port, listen -> Ports.free());
            configuration.put("management", new JsonObject().put("port", management));
            configuration.put("redis", new JsonObject().put("url", "redis://localhost:" + network.port()));
            // One user makes all these calls, as fast as the machine can.
            configuration
                    .getJsonObject("upstreams")
                    .getJsonObject("demo")
                    .put("limits", new JsonObject().put("ratePerUser", 0));
            // Long enough for the slowest of these tests: what was lost with Redis must not end anybody's calls.
            configuration.put("revocation", new JsonObject().put("check", "5s").put("staleAfter", "15s"));
        };
    }

    @AfterAll
    static void stop() {
        world.close();
        network.close();
        redis.close();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName(
            "AS-30, SEC-4: while Redis is away warm and cold tokens pass as fast as ever, logins and refreshes are 503 in time, and five seconds after it is back all is well")
    void redisGoesAwayAndComesBack(Trouble trouble) {
        TestClient client = TestClient.register(world);
        JsonObject tokens = ok(client.redeem(world.url(), client.code()));
        String refresh = tokens.getString("refresh_token");
        List<String> cold = coldTokens(client, refresh, 2 * COLD);
        String warm = tokens.getString("access_token");
        String code = client.code();
        // A browser that is between our consent page and Cognito's login page.
        TestClient late = TestClient.register(world);
        Answer page = late.authorize(world.url());
        TestClient midway = TestClient.register(world);
        Answer fromCognito = midway.signIn(midway.approve(world.url(), midway.authorize(world.url())));
        TestClient other = TestClient.register(world);
        JsonObject doomed = ok(other.redeem(world.url(), other.code()));
        List<Long> before = calls(client, warm);

        long began = System.nanoTime();
        trouble.begin.run();
        try {
            List<Long> during = new ArrayList<>();
            for (int gateway = 0; gateway < 2; gateway++) {
                String url = world.gateway(gateway);
                // Whoever asks first finds out, the others know.
                assertTrouble(inTime(() -> client.refresh(url, refresh)));
                assertTrouble(inTime(() -> client.redeem(url, code)));
                assertUnavailable(inTime(() -> late.approve(url, page)));
                assertUnavailable(inTime(() -> midway.callback(url, fromCognito)));
                assertTrouble(inTime(() -> other.revoke(url, doomed.getString("refresh_token"))));
                assertThat(TestClient.register(world, url).id()).startsWith("pcc_");
                assertThat(late.authorize(url).status()).isEqualTo(200);
                for (int i = 0; i < COLD; i++) {
                    during.add(call(client, gateway, cold.remove(0)));
                }
                assertThat(ready(gateway).status()).isEqualTo(200);
                assertThat(ready(gateway).json().getString("status")).isEqualTo("degraded");
            }
            // Long enough for the pauses between attempts to have grown.
            while (since(began).compareTo(OUTAGE) < 0) {
                during.addAll(calls(client, warm));
            }
            LOG.atInfo()
                    .addKeyValue("trouble", trouble)
                    .addKeyValue("medianBeforeMs", median(before))
                    .addKeyValue("medianMs", median(during))
                    .addKeyValue("longestMs", during.stream().max(Long::compare).orElseThrow())
                    .log("calls without Redis");
            assertThat(median(during)).isLessThan(3 * median(before) + 20);
            assertThat(during.stream().filter(ms -> ms > SLOW_CALL_MS).count()).isLessThanOrEqualTo(during.size() / 50);
        } finally {
            trouble.end.run();
        }

        long back = System.nanoTime();
        boolean empty = trouble == Trouble.STOPPED;
        for (int gateway = 0; gateway < 2; gateway++) {
            String url = world.gateway(gateway);
            await().atMost(BACK)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> client.refresh(url, refresh).status() == (empty ? 400 : 200));
        }
        Duration refreshes = since(back);
        TestClient fresh = TestClient.register(world);
        JsonObject again = ok(fresh.redeem(world.gateway(1), fresh.code()));
        Duration logins = since(back);
        for (int gateway = 0; gateway < 2; gateway++) {
            int which = gateway;
            await().atMost(BACK)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> ready(which).json().getString("status").equals("ready"));
        }
        // Told by messages: nobody would read it in the time that is left.
        await().atMost(BACK.minus(since(back)))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    JsonObject next = ok(fresh.redeem(world.url(), fresh.code()));
                    assertThat(fresh.echo(world.gateway(1) + "/demo/mcp", next.getString("access_token"), "hi")
                                    .status())
                            .isEqualTo(200);
                    assertThat(fresh.revoke(world.url(), next.getString("refresh_token"))
                                    .status())
                            .isEqualTo(200);
                    return isRevokedWithin(Duration.ofMillis(500), fresh, next.getString("access_token"));
                });
        LOG.atInfo()
                .addKeyValue("trouble", trouble)
                .addKeyValue("refreshesAfterMs", refreshes.toMillis())
                .addKeyValue("loginsAfterMs", logins.toMillis())
                .addKeyValue("revocationsAfterMs", since(back).toMillis())
                .log("Redis is back");
        assertThat(since(back)).isLessThan(BACK);
        assertThat(call(fresh, 1, again.getString("access_token"))).isNotNegative();
        assertThat(call(client, 0, warm)).isNotNegative();
        if (!empty) {
            assertThat(midway.callback(world.url(), fromCognito).parameter("code"))
                    .isPresent();
        }
    }

    @Test
    @DisplayName(
            "With 200 ms for everything that Redis is asked logins and refreshes still get through, and calls do not notice")
    void aSlowRedisSlowsLoginsOnly() {
        TestClient client = TestClient.register(world);
        JsonObject tokens = ok(client.redeem(world.url(), client.code()));
        List<Long> before = calls(client, tokens.getString("access_token"));
        network.delay(200);
        try {
            List<Long> during = calls(client, tokens.getString("access_token"));
            assertThat(median(during)).isLessThan(3 * median(before) + 20);
            for (int gateway = 0; gateway < 2; gateway++) {
                String url = world.gateway(gateway);
                String token = currentOf(client);
                ok(inTime(() -> client.refresh(url, token)));
            }
            ok(client.redeem(world.url(), client.code()));
        } finally {
            network.delay(0);
        }
    }

    private static String currentOf(TestClient client) {
        return ok(client.redeem(world.url(), client.code())).getString("refresh_token");
    }

    @Test
    @DisplayName(
            "AS-30: a Redis that lost everything: access tokens pass until they expire, clients stay registered, a new login is all that is needed")
    void anEmptyRedisCostsALoginAndNothingElse() {
        TestClient client = TestClient.register(world);
        JsonObject tokens = ok(client.redeem(world.url(), client.code()));
        redis.ask("FLUSHALL");
        redis.ask("SCRIPT", "FLUSH");
        for (int gateway = 0; gateway < 2; gateway++) {
            assertThat(call(client, gateway, tokens.getString("access_token"))).isNotNegative();
        }
        // There is nothing that could still be refreshed: this alone makes a client ask its user.
        assertThat(client.refresh(world.gateway(1), tokens.getString("refresh_token"))
                        .json()
                        .getString("error"))
                .isEqualTo("invalid_grant");
        JsonObject again = ok(client.redeem(world.gateway(1), client.code()));
        ok(client.refresh(world.gateway(0), again.getString("refresh_token")));
    }

    private static List<String> coldTokens(TestClient client, String refresh, int count) {
        List<String> tokens = new ArrayList<>();
        // Each window of the client gets one of its own, and nobody has seen it yet.
        IntStream.range(0, count)
                .mapToObj(i -> ok(client.refresh(world.gateway(i), refresh)).getString("access_token"))
                .forEach(tokens::add);
        assertThat(tokens).doesNotHaveDuplicates();
        return tokens;
    }

    private static boolean isRevokedWithin(Duration time, TestClient client, String accessToken) {
        long deadline = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < deadline) {
            if (client.echo(world.gateway(1) + "/demo/mcp", accessToken, "hi").status() == 401) {
                return true;
            }
        }
        return false;
    }

    private static List<Long> calls(TestClient client, String token) {
        return IntStream.range(0, CALLS).mapToObj(i -> call(client, i, token)).toList();
    }

    /** @return milliseconds */
    private static long call(TestClient client, int gateway, String token) {
        long began = System.nanoTime();
        Answer answer = client.echo(world.gateway(gateway) + "/demo/mcp", token, "hi");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return since(began).toMillis();
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }

    private static Answer ready(int gateway) {
        return new Browser().get("http://localhost:" + MANAGEMENT.get(LISTEN.get(gateway)) + "/health/ready");
    }

    private static void assertTrouble(Answer answer) {
        assertUnavailable(answer);
        assertThat(answer.json().getString("error")).isEqualTo("temporarily_unavailable");
    }

    private static void assertUnavailable(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(503);
        assertThat(Long.parseLong(answer.header("Retry-After").orElseThrow())).isPositive();
    }

    private static Answer inTime(Supplier<Answer> request) {
        long began = System.nanoTime();
        Answer answer = request.get();
        assertThat(since(began)).isLessThan(IN_TIME);
        return answer;
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    private static JsonObject ok(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json();
    }
}
