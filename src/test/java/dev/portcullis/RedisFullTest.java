package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.LogCapture;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RedisServer;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What Redis does when its memory is used up, and what its memory losing the last writes does to sessions. */
class RedisFullTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @Test
    @DisplayName(
            "AS-30: a full Redis that evicts nothing: logins and refreshes are 503, calls go on, and with room again nothing is lost")
    void aFullRedis() {
        try (RedisServer redis = RedisServer.start(Ports.free(), Optional.empty());
                World world = world(redis)) {
            TestClient client = TestClient.register(world);
            JsonObject tokens = ok(client.redeem(world.url(), client.code()));
            String refresh = tokens.getString("refresh_token");
            String cold = ok(client.refresh(world.url(), refresh)).getString("access_token");
            String code = client.code();
            TestClient doomed = TestClient.register(world);
            JsonObject ended = ok(doomed.redeem(world.url(), doomed.code()));
            TestClient late = TestClient.register(world);
            Answer consent = late.authorize(world.url());
            redis.ask("CONFIG", "SET", "maxmemory", "1");
            long calls = world.cognito().calls().refreshes();

            assertTrouble(client.refresh(world.url(), refresh));
            assertTrouble(client.redeem(world.url(), code));
            // Access can be taken back all the same.
            assertThat(doomed.revoke(world.url(), ended.getString("refresh_token"))
                            .status())
                    .isEqualTo(200);
            assertThat(doomed.echo(world.mcpUrl(), ended.getString("access_token"), "hi")
                            .status())
                    .isEqualTo(401);
            Answer approved = late.approve(world.url(), consent);
            assertThat(approved.status()).isEqualTo(503);
            assertThat(approved.header("Retry-After")).isPresent();
            assertThat(world.cognito().calls().refreshes())
                    .as("what Cognito would issue could not be stored")
                    .isEqualTo(calls);
            for (String token : List.of(tokens.getString("access_token"), cold)) {
                assertThat(client.echo(world.mcpUrl(), token, "hi").status()).isEqualTo(200);
            }

            redis.ask("CONFIG", "SET", "maxmemory", "0");
            ok(client.refresh(world.url(), refresh));
            ok(client.redeem(world.url(), code));
            assertThat(client.revoke(world.url(), refresh).status()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("SEC-3: a Redis that evicts is reported as soon as a gateway starts, in its log and its metrics")
    void aRedisThatEvictsIsReportedAtTheStart() {
        int management = Ports.free();
        try (LogCapture log = LogCapture.of("dev.portcullis.redis.CommandConnection");
                RedisServer redis = RedisServer.start(
                        Ports.free(), Optional.empty(), "maxmemory 100mb", "maxmemory-policy allkeys-lfu");
                World world = World.start(configuration -> configuration
                        .put("redis", new JsonObject().put("url", "redis://localhost:" + redis.port()))
                        .put("management", new JsonObject().put("port", management)))) {
            assertThat(world.url()).isNotEmpty();
            await().atMost(PATIENCE)
                    .until(() -> new Browser()
                            .get("http://localhost:" + management + "/metrics")
                            .body()
                            .contains("portcullis_redis_evicts 1.0"));
            assertThat(log.lines(line -> "allkeys-lfu".equals(line.getString("maxmemory-policy"))))
                    .singleElement()
                    .satisfies(line -> assertThat(line.getString("level")).isEqualTo("WARN"));
        }
    }

    @Test
    @DisplayName(
            "AS-31, AS-33: a refresh token ahead of a record that lost its last writes is adopted, and no window of the client is taken for a thief")
    void aTokenAheadOfTheRecordIsAdopted() {
        try (RedisServer redis = RedisServer.start(Ports.free(), Optional.empty());
                World world = world(redis)) {
            TestClient client = TestClient.register(world);
            Deque<String> tokens = new ArrayDeque<>();
            tokens.add(ok(client.redeem(world.url(), client.code())).getString("refresh_token"));
            next(world, client, tokens);
            String grant = redis.ask("KEYS", "pc:grant:*").trim();
            // What a replica knows that is promoted before it was sent the rest.
            redis.ask("COPY", grant, "behind");
            for (int i = 0; i < 4; i++) {
                next(world, client, tokens);
            }
            redis.ask("COPY", "behind", grant, "REPLACE");
            List<String> windows = new ArrayList<>(tokens);

            String newest = windows.get(windows.size() - 1);
            String adopted = ok(client.refresh(world.url(), newest)).getString("refresh_token");
            assertThat(windows).doesNotContain(adopted);
            // Whoever was slower than the others, by one generation or by all of them.
            for (String window : windows) {
                assertThat(ok(client.refresh(world.url(), window)).getString("refresh_token"))
                        .isEqualTo(adopted);
            }
            ok(client.refresh(world.url(), adopted));
        }
    }

    private static void next(World world, TestClient client, Deque<String> tokens) {
        tokens.add(ok(client.refresh(world.url(), tokens.getLast())).getString("refresh_token"));
    }

    private static World world(RedisServer redis) {
        return World.start(configuration ->
                configuration.put("redis", new JsonObject().put("url", "redis://localhost:" + redis.port())));
    }

    private static void assertTrouble(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isPresent();
    }

    private static JsonObject ok(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json();
    }
}
