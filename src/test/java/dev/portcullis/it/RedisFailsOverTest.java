package dev.portcullis.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.RedisGroup;
import dev.portcullis.testkit.Replicas;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code -Dit.seconds} is how long the traffic goes on before and after. */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
@Tag("alone")
class RedisFailsOverTest {
    private static final Logger LOG = LoggerFactory.getLogger(RedisFailsOverTest.class);
    private static final Duration WHILE = Duration.ofSeconds(Integer.getInteger("it.seconds", 3));
    private static final Duration FAILOVER = Duration.ofSeconds(15);
    private static final Duration BACK = Duration.ofSeconds(5);
    private static final int GATEWAYS = 2;

    @Test
    @DisplayName(
            "AS-30: Sentinels replace a killed master under load: 503 meanwhile and nothing else, no session lost, no reuse suspected")
    void sentinel() throws InterruptedException {
        try (RedisGroup redis = RedisGroup.sentinel()) {
            killTheFirstOf(redis, "Sentinel");
        }
    }

    @Test
    @DisplayName(
            "AS-30: a cluster replaces a killed primary under load: 503 meanwhile and nothing else, no session lost, no reuse suspected")
    void cluster() throws InterruptedException {
        try (RedisGroup redis = RedisGroup.cluster()) {
            killTheFirstOf(redis, "Cluster");
        }
    }

    private static void killTheFirstOf(RedisGroup redis, String shape) throws InterruptedException {
        try (Fleet fleet = Fleet.start(GATEWAYS, yaml -> yaml.put("redis", new JsonObject().put("url", redis.url())));
                Traffic traffic = new Traffic()) {
            traffic.add("refreshes", 8, Duration.ofMillis(100), () -> new Refresher(fleet));
            traffic.add("logins", 4, Duration.ofMillis(200), () -> new Newcomer(fleet));
            traffic.add("calls", 4, Duration.ofMillis(20), () -> new Caller(fleet));
            TimeUnit.MILLISECONDS.sleep(WHILE.toMillis());
            assertThat(traffic.failures()).isEmpty();
            redis.server(0).kill();
            long killed = System.nanoTime();
            await().atMost(FAILOVER).pollInterval(Duration.ofMillis(50)).until(redis::hasAnotherPrimary);
            Duration promotion = Duration.ofNanos(System.nanoTime() - killed);
            await().atMost(FAILOVER).until(() -> !traffic.failures().isEmpty());
            await().atMost(FAILOVER).until(() -> sinceLastFailureOf(traffic).compareTo(WHILE) > 0);
            int refreshes = traffic.done("refreshes");
            int logins = traffic.done("logins");
            TimeUnit.MILLISECONDS.sleep(WHILE.toMillis());
            traffic.end();
            List<RequestFailedException> failures = traffic.failures();
            Duration failover = Duration.ofNanos(failures.stream()
                            .mapToLong(RequestFailedException::ended)
                            .max()
                            .orElse(killed)
                    - killed);
            LOG.atInfo()
                    .addKeyValue("shape", shape)
                    .addKeyValue("promotion", promotion)
                    .addKeyValue("failover", failover)
                    .addKeyValue("figures", traffic.figures())
                    .log("a primary was killed");
            assertThat(traffic.faults()).isEmpty();
            assertThat(failures).allSatisfy(failure -> assertThat(failure).hasMessageStartingWith("503 "));
            // Sentinels and servers take what they take; the gateways may take this much more.
            assertThat(failover).isLessThan(promotion.plus(BACK));
            assertThat(traffic.failures("calls")).isEmpty();
            assertThat(traffic.done("refreshes")).isGreaterThan(refreshes);
            assertThat(traffic.done("logins")).isGreaterThan(logins);
            for (int gateway = 0; gateway < GATEWAYS; gateway++) {
                assertThat(traffic.lostAt(fleet.world().gateway(gateway))).isEmpty();
                assertThat(Replicas.suspectReuse(fleet.metrics(gateway))).isFalse();
            }
        }
    }

    private static Duration sinceLastFailureOf(Traffic traffic) {
        List<RequestFailedException> failures = traffic.failures();
        return Duration.ofNanos(
                System.nanoTime() - failures.get(failures.size() - 1).ended());
    }
}
