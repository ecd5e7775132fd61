package dev.portcullis.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.RedisServer;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code -Dit.frozenSeconds} is how long Redis stands still. */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class RedisDiesTest {
    private static final Logger LOG = LoggerFactory.getLogger(RedisDiesTest.class);
    private static final Duration FROZEN = Duration.ofSeconds(Integer.getInteger("it.frozenSeconds", 6));
    private static final int CALLERS = 10;
    private static final int CALLS_PER_SECOND = 500;

    private RedisServer redis;
    private Fleet fleet;

    @BeforeEach
    void start() {
        redis = RedisServer.start(World.freePorts(1).get(0), Optional.empty());
        fleet = Fleet.start(2, yaml -> yaml.put("redis", new JsonObject().put("url", "redis://" + redis.address())));
    }

    @AfterEach
    void stop() {
        fleet.close();
        redis.close();
    }

    @Test
    @DisplayName(
            "AS-30: Redis frozen under 500 calls a second: no call fails, refreshes are 503 in time and good within 5 s of its return")
    void frozen() throws InterruptedException {
        TestClient client = TestClient.register(fleet.world());
        String refreshToken =
                client.redeem(fleet.world().url(), client.code()).json().getString("refresh_token");
        try (Traffic traffic = new Traffic()) {
            traffic.add(
                    "calls",
                    CALLERS,
                    Duration.ofSeconds(1).dividedBy(CALLS_PER_SECOND / CALLERS),
                    () -> new Caller(fleet));
            redis.freeze();
            long asked = System.nanoTime();
            Answer refused = client.refresh(fleet.next(), refreshToken);
            Duration refusal = Duration.ofNanos(System.nanoTime() - asked);
            TimeUnit.MILLISECONDS.sleep(FROZEN.toMillis());
            redis.thaw();
            long thawed = System.nanoTime();
            await().atMost(Duration.ofSeconds(5))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> client.refresh(fleet.world().gateway(0), refreshToken)
                                            .status()
                                    == 200
                            && client.refresh(fleet.world().gateway(1), refreshToken)
                                            .status()
                                    == 200);
            Duration recovery = Duration.ofNanos(System.nanoTime() - thawed);
            traffic.end();
            LOG.atInfo()
                    .addKeyValue("frozen", FROZEN)
                    .addKeyValue("refusal", refusal)
                    .addKeyValue("recovery", recovery)
                    .addKeyValue("figures", traffic.figures())
                    .log("Redis stood still");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isPresent();
            assertThat(refusal).isLessThan(Duration.ofSeconds(2));
            assertThat(traffic.faults()).isEmpty();
            assertThat(traffic.failures()).isEmpty();
            assertThat(traffic.done("calls")).isGreaterThan((int) (FROZEN.toSeconds() * CALLS_PER_SECOND / 2));
        }
    }

    @Test
    @DisplayName("Redis wiped: access tokens are good until they expire, and registered clients after a new login")
    void wiped() {
        TestClient client = TestClient.register(fleet.world());
        JsonObject tokens = client.redeem(fleet.world().url(), client.code()).json();
        redis.ask("FLUSHALL");
        for (int i = 0; i < 2; i++) {
            String mcp = fleet.world().gateway(i) + "/demo/mcp";
            assertThat(client.echo(mcp, tokens.getString("access_token"), "hello")
                            .status())
                    .isEqualTo(200);
        }
        Answer refresh = client.refresh(fleet.next(), tokens.getString("refresh_token"));
        assertThat(refresh.json().getString("error")).isEqualTo("invalid_grant");

        JsonObject again = client.redeem(fleet.world().url(), client.code()).json();
        assertThat(client.echo(fleet.world().mcpUrl(), again.getString("access_token"), "hello")
                        .status())
                .isEqualTo(200);
        assertThat(client.refresh(fleet.next(), again.getString("refresh_token"))
                        .status())
                .isEqualTo(200);
    }
}
