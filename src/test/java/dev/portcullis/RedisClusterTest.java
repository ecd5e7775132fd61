package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.Crowd;
import dev.portcullis.testkit.Crowd.Refusal;
import dev.portcullis.testkit.RedisGroup;
import dev.portcullis.testkit.RedisServer;
import dev.portcullis.testkit.Replicas;
import dev.portcullis.testkit.TcpRelay;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Two gateways on a cluster that is changed, and some of which goes away, while people work. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("alone")
class RedisClusterTest {
    private static final int SESSIONS = 6;
    private static final int PRIMARIES = 3;
    private static final int CALLS = 2;
    private static final Duration WHILE = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration FAILOVER = Duration.ofSeconds(15);

    // To each server from whoever was told of it by the cluster, which talks among itself on another port.
    private static final Map<Integer, TcpRelay> NETWORK = new ConcurrentHashMap<>();
    private static RedisGroup redis;
    private static Replicas gateways;

    @BeforeAll
    static void start() {
        redis = RedisGroup.cluster(
                1, port -> NETWORK.computeIfAbsent(port, TcpRelay::inFrontOf).port());
        gateways = Replicas.on(redis.url());
    }

    @AfterAll
    static void stop() {
        gateways.close();
        redis.close();
        NETWORK.values().forEach(TcpRelay::close);
    }

    @Test
    @Order(0)
    @DisplayName("AS-24, AS-31, AS-33, AS-47: the flow, refresh, replay, revocation and limits over two gateways")
    void everythingWorks() {
        RedisShapesTest.everythingWorks(yaml -> yaml.put("redis", new JsonObject().put("url", redis.url())));
        // Nothing is tied to one slot; that one of three masters got nothing by chance happens.
        assertThat(IntStream.range(0, PRIMARIES)
                        .filter(i -> Integer.parseInt(redis.server(i).ask("DBSIZE")) > 0)
                        .count())
                .isGreaterThanOrEqualTo(2);
    }

    @Test
    @Order(1)
    @DisplayName("MOVED, ASK: the slots of grants move while they are refreshed: no refresh fails, none is lost")
    void slotsMove() throws InterruptedException {
        try (Crowd crowd = Crowd.of(gateways.world(), SESSIONS, true)) {
            int before = crowd.refreshes();
            for (int server = 0; server < PRIMARIES; server++) {
                for (String grant : redis.server(server)
                        .ask("KEYS", "pc:grant:*")
                        .lines()
                        .limit(2)
                        .toList()) {
                    int slot = Integer.parseInt(redis.server(server).ask("CLUSTER", "KEYSLOT", grant));
                    int to = (server + 1) % PRIMARIES;
                    redis.beginMove(slot, server, to);
                    TimeUnit.MILLISECONDS.sleep(100);
                    redis.moveKeys(slot, server, to);
                    // Each of them is refreshed at least once meanwhile.
                    TimeUnit.MILLISECONDS.sleep(250);
                    assertThat(redis.server(to).ask("EXISTS", grant)).startsWith("MOVED");
                    redis.endMove(slot, to);
                    TimeUnit.MILLISECONDS.sleep(100);
                }
            }
            crowd.end();
            assertThat(crowd.faults()).isEmpty();
            assertThat(crowd.refusals()).isEmpty();
            assertThat(crowd.refreshes()).isGreaterThan(before + 2 * SESSIONS);
            assertThat(crowd.logins()).isPositive();
            assertThat(crowd.lost()).isEmpty();
            assertThat(gateways.suspectReuse()).isFalse();
        }
    }

    @Test
    @Order(2)
    @DisplayName("A planned failover of a primary, while people log in and refresh: no session is lost")
    void plannedFailover() {
        RedisServer replica = redis.server(5);
        Disturbance.under(gateways, true, crowd -> {
            assertThat(replica.ask("CLUSTER", "FAILOVER")).isEqualTo("OK");
            await().atMost(FAILOVER).until(() -> isMaster(replica));
        });
        assertThat(isMaster(redis.server(2))).isFalse();
    }

    @Test
    @Order(3)
    @DisplayName(
            "AS-30, SEC-4: a primary that nobody can reach, not even to be refused: calls go on, its keys are 503 in time, and all is well within 5 s of its return")
    void blackHole() {
        TcpRelay way = Objects.requireNonNull(NETWORK.get(redis.server(1).port()));
        List<Refusal> refusals = Disturbance.under(gateways, true, crowd -> {
            int before = crowd.calls();
            try {
                way.swallowAll();
                await().atMost(PATIENCE).until(() -> !crowd.refusals().isEmpty() && !gateways.areReady());
                pause(WHILE);
                assertThat(crowd.calls()).isGreaterThan(before + CALLS);
            } finally {
                way.heal();
            }
        });
        assertThat(refusals).isNotEmpty();
        assertThat(isMaster(redis.server(1))).isTrue();
    }

    @Test
    @Order(4)
    @DisplayName(
            "AS-30, SEC-4: a primary that stands still: calls go on, its keys are 503 in time, and all is well within 5 s of its successor")
    void frozen() {
        RedisServer replica = redis.server(3);
        await().atMost(PATIENCE).until(() -> replica.info("master_link_status").equals("up"));
        try {
            List<Refusal> refusals = Disturbance.under(gateways, true, crowd -> {
                int before = crowd.calls();
                redis.server(0).freeze();
                await().atMost(FAILOVER).until(() -> isMaster(replica));
                assertThat(crowd.calls()).isGreaterThan(before + CALLS);
            });
            assertThat(refusals).isNotEmpty();
        } finally {
            redis.server(0).thaw();
        }
    }

    private static boolean isMaster(RedisServer server) {
        return server.info("role").equals("master");
    }

    private static void pause(Duration time) {
        await().pollDelay(time).until(() -> true);
    }
}
