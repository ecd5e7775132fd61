package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.Crowd.Refusal;
import dev.portcullis.testkit.RedisGroup;
import dev.portcullis.testkit.RedisServer;
import dev.portcullis.testkit.Replicas;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Two gateways on a Redis behind Sentinels, which put another one into its place, or stand still themselves, while people work. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("alone")
class RedisSentinelTest {
    private static final int CALLS = 2;
    private static final Duration WHILE = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration FAILOVER = Duration.ofSeconds(15);
    // Less than it takes a gateway to ask by itself.
    private static final Duration NEWS = Duration.ofSeconds(3);
    // What a gateway takes to ask the Sentinels again, at most, and a little for their answer.
    private static final Duration LOOK = Duration.ofSeconds(9);

    private static RedisGroup redis;
    private static Replicas gateways;

    @BeforeAll
    static void start() {
        redis = RedisGroup.sentinel();
        gateways = Replicas.on(redis.url());
    }

    @AfterAll
    static void stop() {
        gateways.close();
        redis.close();
    }

    @Test
    @Order(0)
    @DisplayName("AS-24, AS-31, AS-33, AS-47: the flow, refresh, replay, revocation and limits over two gateways")
    void everythingWorks() {
        RedisShapesTest.everythingWorks(yaml -> yaml.put("redis", new JsonObject().put("url", redis.url())));
    }

    @Test
    @Order(1)
    @DisplayName(
            "AS-30, AS-33: a planned failover while sessions are refreshed: the gateways leave the old master as soon as Sentinels do, no session is lost, none is suspected")
    void plannedFailover() {
        RedisServer before = redis.master();
        redis.awaitReplicas();
        // Nobody logs in: what the old master takes after the choice of its successor is lost, and with it the whole of
        // a new session.
        Disturbance.under(gateways, false, crowd -> {
            redis.failOver();
            await().atMost(FAILOVER).until(() -> redis.named() != before);
            await().atMost(NEWS).until(() -> clients(before) == 0);
            // It does not end its connections by itself, not for ten seconds.
            assertThat(isReplica(before)).isFalse();
            await().atMost(FAILOVER).until(() -> isReplica(before));
        });
        assertThat(redis.master()).isNotSameAs(before);
    }

    @Test
    @Order(2)
    @DisplayName(
            "AS-30, SEC-4: a master that stands still: calls go on, refreshes and logins are 503 in time, and good within 5 s of its successor")
    void frozenMaster() {
        redis.awaitReplicas();
        RedisServer master = redis.master();
        List<RedisServer> others = Stream.of(0, 1, 2)
                .map(redis::server)
                .filter(server -> server != master)
                .toList();
        try {
            List<Refusal> refusals = Disturbance.under(gateways, true, crowd -> {
                int before = crowd.calls();
                master.freeze();
                await().atMost(FAILOVER)
                        .pollInterval(Duration.ofMillis(50))
                        .until(() -> !others.stream().allMatch(RedisSentinelTest::isReplica));
                assertThat(crowd.calls()).isGreaterThan(before + CALLS);
            });
            assertThat(refusals).isNotEmpty();
        } finally {
            master.thaw();
        }
        await().atMost(FAILOVER).until(() -> isReplica(master));
    }

    // Not earlier: Sentinels whose clock jumped choose no master for 30 s.
    @Test
    @Order(3)
    @DisplayName(
            "AS-30: Sentinels that stand still harm nobody; with the connections lost as well refreshes are 503 in time, and good within 5 s of their return")
    void frozenSentinels() {
        List<RedisServer> sentinels =
                IntStream.range(0, 3).mapToObj(redis::sentinel).toList();
        RedisServer master = redis.master();
        List<Refusal> refusals = Disturbance.under(gateways, true, crowd -> {
            sentinels.forEach(RedisServer::freeze);
            try {
                int before = crowd.refreshes();
                pause(WHILE);
                assertThat(crowd.refusals()).isEmpty();
                assertThat(crowd.refreshes()).isGreaterThan(before);
                master.ask("CLIENT", "KILL", "TYPE", "normal");
                await().atMost(PATIENCE).until(() -> !crowd.refusals().isEmpty());
                int calls = crowd.calls();
                pause(WHILE);
                assertThat(crowd.calls()).isGreaterThan(calls + CALLS);
            } finally {
                sentinels.forEach(RedisServer::thaw);
            }
        });
        assertThat(refusals).isNotEmpty();
    }

    @Test
    @Order(4)
    @DisplayName(
            "AS-30, AS-33: Sentinels that name another master while the old one still answers: the gateways go over, and no session is lost")
    void anotherMaster() {
        redis.awaitReplicas();
        RedisServer master = redis.master();
        RedisServer other = Stream.of(0, 1, 2)
                .map(redis::server)
                .filter(server -> server != master)
                .findFirst()
                .orElseThrow();
        Disturbance.under(gateways, false, crowd -> {
            other.ask("REPLICAOF", "NO", "ONE");
            redis.pointTo(other);
            // Each of a gateway's connections asks by itself.
            await().atMost(LOOK).until(() -> clients(master) == 0);
        });
        assertThat(clients(other)).isPositive();
        assertThat(isReplica(master)).isFalse();
    }

    @Test
    @Order(5)
    @DisplayName("AS-30: a Sentinel that ended its connections is listened to again")
    void interruptedNews() {
        long listeners = redis.listeners(1);
        assertThat(listeners).isPositive();
        redis.sentinel(1).ask("CLIENT", "KILL", "TYPE", "pubsub");
        assertThat(redis.listeners(1)).isZero();
        await().atMost(LOOK).until(() -> redis.listeners(1) == listeners);
    }

    private static boolean isReplica(RedisServer server) {
        return server.info("role").equals("slave");
    }

    /** How many connections of gateways there are, which alone use another database than the first. */
    private static long clients(RedisServer server) {
        return server.ask("CLIENT", "LIST")
                .lines()
                .filter(line -> line.contains(" db=1 "))
                .count();
    }

    private static void pause(Duration time) {
        await().pollDelay(time).until(() -> true);
    }
}
