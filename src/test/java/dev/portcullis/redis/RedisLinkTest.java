package dev.portcullis.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.outage.Outage;
import dev.portcullis.testkit.BareConfig;
import dev.portcullis.testkit.LogCapture;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RedisServer;
import dev.portcullis.testkit.TcpRelay;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The way to one server, which can be full, demoted, silent or gone. */
class RedisLinkTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration TIMEOUT = Duration.ofMillis(400);
    private static final Duration TTL = Duration.ofMinutes(1);
    private static final Script RATE = Script.of(RateCell.class, "rate");

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final RedisMetrics metrics = new RedisMetrics(registry);
    private RedisServer redis;

    @BeforeEach
    void start() {
        redis = RedisServer.start(Ports.free(), Optional.empty());
    }

    @AfterEach
    void stop() {
        join(vertx.close());
        redis.close();
    }

    @Test
    @DisplayName("A script that the server does not know is loaded, which is no error")
    void anUnknownScriptIsNoError() {
        RedisLink link = link(redis.port());
        for (int i = 0; i < 3; i++) {
            assertThat(on(() -> rate(link))).first().isEqualTo("granted");
            // As a server does that has just been promoted, or restarted.
            redis.ask("SCRIPT", "FLUSH");
        }
        assertThat(registry.find("portcullis.redis.command").timers())
                .singleElement()
                .satisfies(timer -> {
                    assertThat(timer.getId().getTag("outcome")).isEqualTo("ok");
                    assertThat(timer.count()).isEqualTo(3);
                });
    }

    @Test
    @DisplayName("AS-30: no command waits longer for its answer than redis.timeout, whatever it is")
    void everyCommandHasATimeOut() {
        try (TcpRelay network = TcpRelay.inFrontOf(redis.port())) {
            List<Function<RedisLink, Future<?>>> commands = List.of(
                    link -> link.put("pc:a", "1", TTL),
                    link -> link.putIfAbsent("pc:a", "1", TTL),
                    link -> link.set("pc:a", "1", TTL),
                    link -> link.get("pc:a"),
                    link -> link.take("pc:a"),
                    link -> link.field("pc:a", "field"),
                    link -> link.fields("pc:a", List.of("one", "two")),
                    RedisLinkTest::rate);
            // One for each: the first to time out ends the others that wait on the same connection.
            List<RedisLink> links =
                    commands.stream().map(command -> link(network.port())).toList();
            network.swallow();
            long began = System.nanoTime();
            List<Future<?>> all = on(() -> Future.succeededFuture(IntStream.range(0, links.size())
                    .<Future<?>>mapToObj(i -> commands.get(i).apply(links.get(i)))
                    .toList()));
            for (Future<?> command : all) {
                assertThatThrownBy(() -> join(command)).hasRootCauseInstanceOf(Outage.class);
            }
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            assertThat(took).isBetween(TIMEOUT.minusMillis(50), TIMEOUT.multipliedBy(4));
            assertThat(registry.find("portcullis.redis.command").tag("outcome", "timeout").timers().stream()
                            .mapToLong(Timer::count)
                            .sum())
                    .isEqualTo(all.size());
            RedisLink link = links.get(0);
            // And from then on nobody waits at all.
            long next = System.nanoTime();
            assertThatThrownBy(() -> on(() -> link.get("pc:a"))).hasRootCauseInstanceOf(Outage.class);
            assertThat(Duration.ofNanos(System.nanoTime() - next)).isLessThan(TIMEOUT);
            network.heal();
            await().atMost(PATIENCE).until(link::isUp);
            assertThat(on(() -> link.get("pc:a"))).isEmpty();
        }
    }

    @Test
    @DisplayName("A silent server is found out by a heartbeat while nobody asks")
    void aSilentServerIsFoundOut() {
        try (TcpRelay network = TcpRelay.inFrontOf(redis.port())) {
            RedisLink link = link(network.port());
            assertThat(link.isUp()).isTrue();
            network.swallow();
            await().atMost(PATIENCE).until(() -> !link.isUp());
        }
    }

    @Test
    @DisplayName("READONLY: a server that was demoted is left, and taken again only when it is a master")
    void aDemotedServerIsLeft() {
        try (RedisServer master = RedisServer.start(Ports.free(), Optional.empty())) {
            RedisLink commands = link(redis.port());
            RedisLink scripts = link(redis.port());
            double before = registry.counter("portcullis.redis.lost").count();
            redis.ask("REPLICAOF", "127.0.0.1", String.valueOf(master.port()));
            assertThatThrownBy(() -> on(() -> commands.set("pc:a", "1", TTL)))
                    .hasRootCauseInstanceOf(Outage.class)
                    .hasMessageContaining("READONLY");
            // A script's error says it in other words.
            assertThatThrownBy(() -> on(() -> rate(scripts))).hasRootCauseInstanceOf(Outage.class);
            assertThat(commands.isUp()).isFalse();
            assertThat(scripts.isUp()).isFalse();
            assertThat(registry.counter("portcullis.redis.lost").count()).isEqualTo(before + 2);
            try (LogCapture log = LogCapture.of(SupervisedConnection.class.getName())) {
                await().atMost(PATIENCE).until(() -> log.text().contains("the server is a replica"));
            }
            assertThat(commands.isUp()).isFalse();
            redis.ask("REPLICAOF", "NO", "ONE");
            await().atMost(PATIENCE).until(() -> commands.isUp() && scripts.isUp());
            on(() -> commands.set("pc:a", "1", TTL));
            assertThat(on(() -> rate(scripts))).first().isEqualTo("granted");
        }
    }

    @Test
    @DisplayName("Links that lost one server come back at moments of their own, more and more rarely")
    void reconnectingHasJitter() {
        try (TcpRelay network = TcpRelay.inFrontOf(redis.port())) {
            List<RedisLink> links =
                    IntStream.range(0, 12).mapToObj(i -> link(network.port())).toList();
            int before = network.connections().size();
            long lost = System.currentTimeMillis();
            network.hangUp();
            await().pollDelay(Duration.ofMillis(3500)).until(() -> true);
            List<Long> attempts = new ArrayList<>(
                    network.connections().subList(before, network.connections().size()));
            network.heal();
            await().atMost(PATIENCE).until(() -> links.stream().allMatch(RedisLink::isUp));
            // 50 ms, doubled up to a second, half of it by chance: six to twelve attempts in this time.
            assertThat(attempts).hasSizeBetween(links.size() * 5, links.size() * 13);
            List<Long> late =
                    attempts.stream().filter(at -> at > lost + 1500).sorted().toList();
            assertThat(late).hasSizeLessThanOrEqualTo(links.size() * 5);
            // In step they would come in three or four bursts.
            assertThat(late.stream().map(at -> at / 20).distinct().count()).isGreaterThan(links.size());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "100mb, allkeys-lru, true",
        "100mb, volatile-ttl, true",
        "100mb, noeviction, false",
        "0, allkeys-lru, false"
    })
    @DisplayName("A maxmemory-policy that throws sign-ins away is in the log once and in a metric")
    void aPolicyThatEvictsIsReported(String memory, String policy, boolean reported) {
        redis.ask("CONFIG", "SET", "maxmemory", memory);
        redis.ask("CONFIG", "SET", "maxmemory-policy", policy);
        try (LogCapture log = LogCapture.of(CommandConnection.class.getName());
                RedisServer sound = RedisServer.start(Ports.free(), Optional.empty())) {
            List<RedisLink> links = List.of(link(redis.port()), link(redis.port()));
            double expected = reported ? 1 : 0;
            await().atMost(PATIENCE).until(() -> evicts() == expected);
            // One of several servers is enough, whichever is asked last.
            RedisLink other = link(sound.port());
            assertThat(on(() -> other.get("pc:a"))).isEmpty();
            assertThat(evicts()).isEqualTo(expected);
            assertThat(log.lines(line -> policy.equals(line.getString("maxmemory-policy"))))
                    .hasSize(reported ? 1 : 0);
            redis.ask("CONFIG", "SET", "maxmemory-policy", "noeviction");
            redis.ask("CLIENT", "KILL", "TYPE", "normal");
            await().atMost(PATIENCE).until(() -> evicts() == 0);
            await().atMost(PATIENCE).until(() -> links.stream().allMatch(RedisLink::isUp));
        }
    }

    private double evicts() {
        return registry.get("portcullis.redis.evicts").gauge().value();
    }

    private static Future<List<String>> rate(RedisLink link) {
        return link.run(RATE, List.of("pc:rate:{test}"), List.of("1000", "100", "0"));
    }

    /** One that is connected. */
    private RedisLink link(int port) {
        RedisLink link = new RedisLink(vertx, config(port), metrics);
        on(link::start);
        await().atMost(PATIENCE).until(link::isUp);
        return link;
    }

    private static GatewayConfig.Redis config(int port) {
        return BareConfig.redis(
                new JsonObject().put("url", "redis://localhost:" + port).put("timeout", TIMEOUT.toMillis() + "ms"));
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
