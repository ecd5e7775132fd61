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
    private static final Duration POLL = Duration.ofMillis(50);
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
            "AS-30: a master comes back while Sentinels replace it under load: its clients leave it with the news, no session lost, no reuse suspected")
    void comesBack() throws InterruptedException {
        try (RedisGroup redis = RedisGroup.sentinel();
                Fleet fleet = fleet(redis);
                Traffic traffic = new Traffic()) {
            begin(traffic, fleet);
            redis.server(0).freeze();
            await().atMost(FAILOVER).pollInterval(POLL).until(redis::hasAnotherPrimary);
            redis.server(0).thaw();
            long promoted = System.nanoTime();
            Duration failover = untilItIsOver(traffic, promoted);
            LOG.atInfo()
                    .addKeyValue("failover", failover)
                    .addKeyValue("figures", traffic.figures())
                    .log("a primary came back");
            // What it takes until Sentinels say that it is replaced is lost: sessions that are there already can bear
            // that, logins cannot.
            assertThat(traffic.failures("logins"))
                    .allSatisfy(failure -> assertThat(failure)
                            .message()
                            .containsPattern("^503 |^400 .*(cannot be finished here|authorization code is not known)"));
            assertThat(traffic.failures("refreshes"))
                    .allSatisfy(failure -> assertThat(failure).hasMessageStartingWith("503 "));
            assertThat(traffic.failures("calls")).isEmpty();
            // A gateway that only asks now and then needs longer.
            assertThat(failover).isLessThan(BACK);
            for (int gateway = 0; gateway < GATEWAYS; gateway++) {
                assertThat(traffic.lostAt(fleet.world().gateway(gateway), "refreshes"))
                        .isEmpty();
                assertThat(Replicas.suspectReuse(fleet.metrics(gateway))).isFalse();
            }
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
        try (Fleet fleet = fleet(redis);
                Traffic traffic = new Traffic()) {
            begin(traffic, fleet);
            redis.server(0).kill();
            long killed = System.nanoTime();
            await().atMost(FAILOVER).pollInterval(POLL).until(redis::hasAnotherPrimary);
            Duration promotion = Duration.ofNanos(System.nanoTime() - killed);
            Duration failover = untilItIsOver(traffic, killed);
            LOG.atInfo()
                    .addKeyValue("shape", shape)
                    .addKeyValue("promotion", promotion)
                    .addKeyValue("failover", failover)
                    .addKeyValue("figures", traffic.figures())
                    .log("a primary was killed");
            // Else its successor stood still for so long that it was replaced as well, and what that took meanwhile was
            // lost.
            assertThat(redis.failovers()).isEqualTo(1);
            assertThat(traffic.failures())
                    .allSatisfy(failure -> assertThat(failure).hasMessageStartingWith("503 "));
            // Sentinels and servers take what they take; the gateways may take this much more.
            assertThat(failover).isLessThan(promotion.plus(BACK));
            assertThat(traffic.failures("calls")).isEmpty();
            for (int gateway = 0; gateway < GATEWAYS; gateway++) {
                assertThat(traffic.lostAt(fleet.world().gateway(gateway))).isEmpty();
                assertThat(Replicas.suspectReuse(fleet.metrics(gateway))).isFalse();
            }
        }
    }

    private static Fleet fleet(RedisGroup redis) {
        return Fleet.start(GATEWAYS, yaml -> yaml.put("redis", new JsonObject().put("url", redis.url())));
    }

    /** Returns when it has gone well for a while. */
    private static void begin(Traffic traffic, Fleet fleet) throws InterruptedException {
        traffic.add("refreshes", 8, Duration.ofMillis(100), () -> new Refresher(fleet));
        traffic.add("logins", 4, Duration.ofMillis(200), () -> new Newcomer(fleet));
        traffic.add("calls", 4, Duration.ofMillis(20), () -> new Caller(fleet));
        TimeUnit.MILLISECONDS.sleep(WHILE.toMillis());
        assertThat(traffic.failures()).isEmpty();
    }

    /** Ends the traffic when it has gone well again for a while; answers how long after that moment something failed. */
    private static Duration untilItIsOver(Traffic traffic, long since) throws InterruptedException {
        await().atMost(FAILOVER).until(() -> !traffic.failures().isEmpty());
        await().atMost(FAILOVER).until(() -> sinceLastFailureOf(traffic).compareTo(WHILE) > 0);
        int refreshes = traffic.done("refreshes");
        int logins = traffic.done("logins");
        TimeUnit.MILLISECONDS.sleep(WHILE.toMillis());
        traffic.end();
        assertThat(traffic.faults()).isEmpty();
        assertThat(traffic.done("refreshes")).isGreaterThan(refreshes);
        assertThat(traffic.done("logins")).isGreaterThan(logins);
        return Duration.ofNanos(traffic.failures().stream()
                        .mapToLong(RequestFailedException::ended)
                        .max()
                        .orElse(since)
                - since);
    }

    private static Duration sinceLastFailureOf(Traffic traffic) {
        List<RequestFailedException> failures = traffic.failures();
        return Duration.ofNanos(
                System.nanoTime() - failures.get(failures.size() - 1).ended());
    }
}
