package dev.portcullis.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RedisServer;
import dev.portcullis.testkit.TestClient;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code -Dit.frozenSeconds} is how long Redis stands still. */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
@Tag("alone")
class RedisDiesTest {
    private static final Logger LOG = LoggerFactory.getLogger(RedisDiesTest.class);
    private static final Duration FROZEN = Duration.ofSeconds(Integer.getInteger("it.frozenSeconds", 6));
    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final Duration TOKEN_TTL = Duration.ofSeconds(6);
    private static final int CALLERS = 10;
    private static final int CALLS_PER_SECOND = 500;
    private static final int COLD = 10;

    private final RedisServer redis = RedisServer.start(Ports.free(), Optional.empty());

    private Fleet start(Consumer<JsonObject> change) {
        return Fleet.start(2, yaml -> {
            yaml.put("redis", new JsonObject().put("url", "redis://" + redis.address()));
            change.accept(yaml);
        });
    }

    @AfterEach
    void stop() {
        redis.close();
    }

    @Test
    @DisplayName(
            "AS-30: Redis frozen under 500 calls a second: no call fails, refreshes are 503 in time and good within 5 s of its return")
    void frozen() throws InterruptedException {
        try (Fleet fleet = start(yaml -> {});
                Traffic traffic = new Traffic()) {
            TestClient client = TestClient.register(fleet.world());
            String refreshToken =
                    client.redeem(fleet.world().url(), client.code()).json().getString("refresh_token");
            List<String> cold = Stream.generate(
                            () -> client.refresh(fleet.world().gateway(0), refreshToken))
                    .limit(COLD)
                    .map(answer -> answer.json().getString("access_token"))
                    .toList();
            traffic.add(
                    "calls",
                    CALLERS,
                    Duration.ofSeconds(1).dividedBy(CALLS_PER_SECOND / CALLERS),
                    () -> new Caller(fleet));
            TimeUnit.MILLISECONDS.sleep(WARM_UP.toMillis());
            int first = traffic.done("calls");
            TimeUnit.MILLISECONDS.sleep(WARM_UP.toMillis());
            // What this machine gives, which may have other things to do.
            double usual = (traffic.done("calls") - first) * 1000.0 / WARM_UP.toMillis();
            redis.freeze();
            int before = traffic.done("calls");
            long asked = System.nanoTime();
            Answer refused = client.refresh(fleet.next(), refreshToken);
            Duration refusal = Duration.ofNanos(System.nanoTime() - asked);
            // Seen by nobody so far, and by each gateway for the first time.
            for (String token : cold) {
                assertThat(status(fleet, client, 0, token)).isEqualTo(200);
                assertThat(status(fleet, client, 1, token)).isEqualTo(200);
            }
            TimeUnit.MILLISECONDS.sleep(FROZEN.toMillis());
            double calls = traffic.done("calls") - before;
            redis.thaw();
            long thawed = System.nanoTime();
            double perSecond = calls * 1e9 / (thawed - asked);
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
                    .addKeyValue("callsPerSecond", perSecond)
                    .addKeyValue("callsPerSecondBefore", usual)
                    .addKeyValue("figures", traffic.figures())
                    .log("Redis stood still");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isPresent();
            assertThat(refusal).isLessThan(Duration.ofSeconds(2));
            assertThat(traffic.faults()).isEmpty();
            assertThat(traffic.failures()).isEmpty();
            assertThat(perSecond).isGreaterThan(0.9 * Math.min(usual, CALLS_PER_SECOND));
        }
    }

    @Test
    @DisplayName("Redis wiped: access tokens are good until they expire, and registered clients after a new login")
    void wiped() {
        try (Fleet fleet = start(yaml -> yaml.put(
                "tokens",
                new JsonObject()
                        .put("accessTokenTtl", TOKEN_TTL.toSeconds() + "s")
                        .put("clockSkew", "0s")))) {
            TestClient client = TestClient.register(fleet.world());
            String code = client.code();
            long issued = System.nanoTime();
            JsonObject tokens = client.redeem(fleet.world().url(), code).json();
            String token = tokens.getString("access_token");
            redis.ask("FLUSHALL");
            // To the end of its life, and not beyond it.
            Duration age = Duration.ZERO;
            while (age.compareTo(TOKEN_TTL.minusSeconds(2)) < 0) {
                assertThat(status(fleet, client, 0, token)).isEqualTo(200);
                assertThat(status(fleet, client, 1, token)).isEqualTo(200);
                age = Duration.ofNanos(System.nanoTime() - issued);
            }
            await().atMost(Duration.ofSeconds(5))
                    .until(() -> status(fleet, client, 0, token) == 401 && status(fleet, client, 1, token) == 401);
            assertThat(Duration.ofNanos(System.nanoTime() - issued)).isGreaterThan(TOKEN_TTL.minusMillis(1500));
            Answer refresh = client.refresh(fleet.next(), tokens.getString("refresh_token"));
            assertThat(refresh.json().getString("error")).isEqualTo("invalid_grant");

            JsonObject again = client.redeem(fleet.world().url(), client.code()).json();
            assertThat(status(fleet, client, 0, again.getString("access_token")))
                    .isEqualTo(200);
            assertThat(client.refresh(fleet.next(), again.getString("refresh_token"))
                            .status())
                    .isEqualTo(200);
        }
    }

    private static int status(Fleet fleet, TestClient client, int gateway, String token) {
        return client.echo(fleet.world().gateway(gateway) + "/demo/mcp", token, "hello")
                .status();
    }
}
