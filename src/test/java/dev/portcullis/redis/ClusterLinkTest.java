package dev.portcullis.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.outage.Outage;
import dev.portcullis.testkit.BareConfig;
import dev.portcullis.testkit.RedisGroup;
import dev.portcullis.testkit.RedisServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The way to a cluster that is changed under way (Redis Cluster specification, "Redirection and resharding"). */
class ClusterLinkTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration TTL = Duration.ofMinutes(1);
    private static final Script BOTH = Script.of(ClusterLinkTest.class, "both");

    private static RedisGroup redis;

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private RedisLink link;

    @BeforeAll
    static void startCluster() {
        redis = RedisGroup.cluster(0, port -> port);
    }

    @AfterAll
    static void stopCluster() {
        redis.close();
    }

    @BeforeEach
    void connect() {
        link = new RedisLink(vertx, config(redis.url()), new RedisMetrics(registry));
        on(link::start);
        await().atMost(PATIENCE).until(link::isUp);
    }

    @AfterEach
    void disconnect() {
        join(vertx.close());
    }

    @Test
    @DisplayName("ASK, MOVED: while a slot moves its keys are read and written wherever they are, new ones too")
    void aSlotThatMoves() {
        String there = "pc:there:{moving}";
        String fresh = "pc:fresh:{moving}";
        int slot = HashSlot.of(there);
        int from = redis.owner(slot);
        int to = (from + 1) % 3;
        on(() -> link.set(there, "1", TTL));
        redis.beginMove(slot, from, to);
        // Still at the source, and one that is at neither.
        on(() -> link.set(there, "2", TTL));
        on(() -> link.set(fresh, "1", TTL));
        assertThat(keys(to)).contains(fresh).doesNotContain(there);
        redis.moveKeys(slot, from, to);
        assertThat(on(() -> link.get(there))).contains("2");
        on(() -> link.set(there, "3", TTL));
        assertThat(keys(from)).doesNotContain(there).doesNotContain(fresh);
        redis.endMove(slot, to);
        assertThat(on(() -> link.get(there))).contains("3");
        assertThat(on(() -> link.take(fresh))).contains("1");
        assertThat(failed()).isZero();
    }

    @Test
    @DisplayName("ASK: a script runs at the server that a slot moves to, which does not know it yet")
    void aScriptAtTheNewServer() {
        String one = "pc:one:{scripted}";
        String other = "pc:other:{scripted}";
        int slot = HashSlot.of(one);
        int from = redis.owner(slot);
        int to = (from + 1) % 3;
        assertThat(both(one, other, "1")).containsExactly("1", "1");
        redis.beginMove(slot, from, to);
        redis.moveKeys(slot, from, to);
        redis.server(to).ask("SCRIPT", "FLUSH");
        assertThat(both(one, other, "2")).containsExactly("2", "2");
        redis.endMove(slot, to);
        assertThat(both(one, other, "3")).containsExactly("3", "3");
        assertThat(failed()).isZero();
    }

    @Test
    @DisplayName("TRYAGAIN: a script whose keys are at two servers waits until they are together")
    void keysThatAreApart() {
        String one = "pc:one:{apart}";
        String other = "pc:other:{apart}";
        int slot = HashSlot.of(one);
        int from = redis.owner(slot);
        int to = (from + 1) % 3;
        both(one, other, "1");
        redis.beginMove(slot, from, to);
        redis.moveKey(one, from, to);
        String before = scriptsAt(from);
        Promise<List<String>> waiting = Promise.promise();
        loop.runOnContext(
                now -> link.run(BOTH, List.of(one, other), List.of("2")).onComplete(waiting));
        await().pollInterval(Duration.ofMillis(5)).until(() -> !scriptsAt(from).equals(before));
        assertThat(waiting.future().isComplete()).isFalse();
        redis.moveKeys(slot, from, to);
        assertThat(join(waiting.future())).containsExactly("2", "2");
        redis.endMove(slot, to);
        assertThat(failed()).isZero();
    }

    @Test
    @DisplayName("TRYAGAIN: where they stay apart the caller is told in time, and nothing was done")
    void keysThatStayApart() {
        String one = "pc:one:{torn}";
        String other = "pc:other:{torn}";
        int slot = HashSlot.of(one);
        int from = redis.owner(slot);
        int to = (from + 1) % 3;
        both(one, other, "1");
        redis.beginMove(slot, from, to);
        redis.moveKey(one, from, to);
        long began = System.nanoTime();
        assertThatThrownBy(() -> both(one, other, "2"))
                .hasRootCauseInstanceOf(Outage.class)
                .hasMessageContaining("TRYAGAIN");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));
        redis.moveKeys(slot, from, to);
        redis.endMove(slot, to);
        assertThat(on(() -> link.get(one))).contains("1");
        assertThat(on(() -> link.get(other))).contains("1");
    }

    @Test
    @DisplayName("CLUSTERDOWN: commands fail as those of an outage, and go on once every slot has a server again")
    void aClusterThatIsDown() {
        String key = "pc:a:{down}";
        int slot = HashSlot.of(key);
        RedisServer owner = redis.server(redis.owner(slot));
        on(() -> link.set(key, "1", TTL));
        String other = String.valueOf(slot == 0 ? 1 : slot - 1);
        owner.ask("CLUSTER", "DELSLOTS", other);
        try {
            await().atMost(PATIENCE).until(() -> owner.ask("CLUSTER", "INFO").contains("cluster_state:fail"));
            assertThatThrownBy(() -> on(() -> link.get(key)))
                    .hasRootCauseInstanceOf(Outage.class)
                    .hasMessageContaining("CLUSTERDOWN");
        } finally {
            owner.ask("CLUSTER", "ADDSLOTS", other);
        }
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(on(() -> link.get(key))).contains("1"));
        await().atMost(PATIENCE).until(link::isUp);
    }

    /** What a server counts of them; it changes with each that it refuses, too. */
    private static String scriptsAt(int server) {
        return redis.server(server)
                .ask("INFO", "commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_evalsha:"))
                .findFirst()
                .orElse("");
    }

    private List<String> both(String one, String other, String value) {
        return on(() -> link.run(BOTH, List.of(one, other), List.of(value)));
    }

    private static List<String> keys(int server) {
        return redis.server(server).ask("KEYS", "*").lines().toList();
    }

    /** How many commands had no good end, after all redirections. */
    private long failed() {
        return registry.find("portcullis.redis.command").timers().stream()
                .filter(timer -> !"ok".equals(timer.getId().getTag("outcome")))
                .mapToLong(timer -> timer.count())
                .sum();
    }

    private static GatewayConfig.Redis config(String url) {
        return BareConfig.redis(new JsonObject().put("url", url));
    }

    /** On the one event loop that links are for. */
    private <T> T on(Supplier<Future<T>> work) {
        Promise<T> done = Promise.promise();
        loop.runOnContext(now -> work.get().onComplete(done));
        return join(done.future());
    }

    private static <T> T join(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }
}
