package dev.portcullis.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code -Dit.seconds} is how long the traffic goes on between two events. */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
@Tag("alone")
class GatewaysDieTest {
    private static final Logger LOG = LoggerFactory.getLogger(GatewaysDieTest.class);
    private static final Duration WHILE = Duration.ofSeconds(Integer.getInteger("it.seconds", 2));
    private static final Duration LEASE = Duration.ofSeconds(5);
    private static final int GATEWAYS = 3;
    private static final int TERMINATED = 128 + 15;
    private static final Consumer<JsonObject> DRAIN = yaml -> yaml.put(
            "drain", new JsonObject().put("delay", "1s").put("streams", "1s").put("timeout", "15s"));

    @Test
    @DisplayName(
            "kill -9 of one of three gateways: nothing fails but what was under way there, all sessions go on at the others")
    void killed() throws InterruptedException {
        try (Fleet fleet = Fleet.start(GATEWAYS, DRAIN);
                Traffic traffic = mixed(fleet)) {
            TimeUnit.MILLISECONDS.sleep(WHILE.toMillis());
            String killed = fleet.world().gateway(1);
            long alive = System.nanoTime();
            fleet.world().kill(1);
            long dead = System.nanoTime();
            TimeUnit.MILLISECONDS.sleep(WHILE.toMillis());
            traffic.end();
            LOG.atInfo().addKeyValue("figures", traffic.figures()).log("one of three gateways was killed");
            assertThat(traffic.faults()).isEmpty();
            List<RequestFailedException> waits = traffic.failures("refreshes").stream()
                    .filter(failure -> isWaitFor(killed, alive, dead, failure))
                    .toList();
            assertThat(traffic.failures())
                    .filteredOn(failure -> !waits.contains(failure))
                    .allSatisfy(failure -> assertThat(failure.gateway()).isEqualTo(killed))
                    .allSatisfy(failure -> assertThat(failure.began()).isLessThan(dead))
                    .allSatisfy(failure -> assertThat(failure.ended()).isGreaterThan(alive));
            assertThatAllWereAtWork(traffic);
            for (int survivor : List.of(0, 2)) {
                assertThat(traffic.lostAt(fleet.world().gateway(survivor))).isEmpty();
            }
        }
    }

    @Test
    @DisplayName(
            "a rolling restart of three gateways: no call, login or refresh fails, streams end cleanly, no session is lost")
    void rollingRestart() throws Exception {
        try (Fleet fleet = Fleet.start(GATEWAYS, DRAIN);
                Traffic traffic = mixed(fleet)) {
            for (int gateway = 0; gateway < GATEWAYS; gateway++) {
                TimeUnit.MILLISECONDS.sleep(WHILE.toMillis());
                assertThat(fleet.terminate(gateway).get(30, TimeUnit.SECONDS)).isEqualTo(TERMINATED);
                fleet.restart(gateway);
            }
            TimeUnit.MILLISECONDS.sleep(WHILE.toMillis());
            traffic.end();
            LOG.atInfo().addKeyValue("figures", traffic.figures()).log("three gateways were restarted one by one");
            assertThat(traffic.faults()).isEmpty();
            assertThat(traffic.failures()).isEmpty();
            assertThatAllWereAtWork(traffic);
            // Each of them stood on a gateway that went, at least once.
            assertThat(traffic.done("streams")).isGreaterThanOrEqualTo(6);
            for (int gateway = 0; gateway < GATEWAYS; gateway++) {
                assertThat(traffic.lostAt(fleet.world().gateway(gateway))).isEmpty();
            }
        }
    }

    /** What a session was refused that had a refresh under way there: another gateway may do it when the lease is over. */
    private static boolean isWaitFor(String killed, long alive, long dead, RequestFailedException failure) {
        return !failure.gateway().equals(killed)
                && String.valueOf(failure.getMessage()).startsWith("503 {")
                && failure.began() > alive
                && failure.began() - dead < LEASE.toNanos();
    }

    private static Traffic mixed(Fleet fleet) {
        Traffic traffic = new Traffic();
        traffic.add("calls", 6, Duration.ofMillis(20), () -> new Caller(fleet));
        traffic.add("calls in sessions", 3, Duration.ofMillis(20), () -> new SessionCaller(fleet));
        traffic.add("refreshes", 3, Duration.ofMillis(100), () -> new Refresher(fleet));
        traffic.add("logins", 2, Duration.ofMillis(200), () -> new Newcomer(fleet));
        traffic.add("streams", 6, Duration.ZERO, () -> new Listener(fleet));
        return traffic;
    }

    private static void assertThatAllWereAtWork(Traffic traffic) {
        for (String kind : List.of("calls", "calls in sessions", "refreshes", "logins")) {
            await(kind).untilAsserted(() -> assertThat(traffic.done(kind)).isPositive());
        }
    }
}
