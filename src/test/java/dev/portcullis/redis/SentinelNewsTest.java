package dev.portcullis.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.testkit.BareConfig;
import dev.portcullis.testkit.LogCapture;
import dev.portcullis.testkit.RedisGroup;
import dev.portcullis.testkit.TcpRelay;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SentinelNewsTest {
    private static final Duration STILL_THERE = Duration.ofMillis(300);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Test
    @DisplayName("A connection that nothing comes over any more is found out while there is no news, and replaced")
    void aSilentConnection() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (LogCapture log = LogCapture.of(SentinelNews.class.getName());
                RedisGroup redis = RedisGroup.guarded(port -> port);
                TcpRelay network = TcpRelay.inFrontOf(redis.sentinel(0).port())) {
            GatewayConfig.Redis config = config(network.port());
            AtomicInteger told = new AtomicInteger();
            SentinelNews news = new SentinelNews(
                    vertx,
                    new Clients(vertx, config),
                    config.address(),
                    config.timeout(),
                    STILL_THERE,
                    told::incrementAndGet);
            vertx.runOnContext(now -> news.start());
            await().atMost(PATIENCE).until(() -> told.get() > 3);
            assertThat(network.connections()).hasSize(1);
            assertThat(log.text()).isEmpty();

            network.swallow();
            await().atMost(PATIENCE).until(() -> !log.text().isEmpty());
            assertThat(log.lines(line -> true)).singleElement().satisfies(line -> {
                assertThat(line.getString("message")).isEqualTo("cannot hear a Sentinel, trying again");
                assertThat(line.getString("sentinel")).isEqualTo("localhost:" + network.port());
            });
            network.heal();
            int before = told.get();
            await().atMost(PATIENCE).until(() -> told.get() > before);
            assertThat(network.connections()).hasSize(2);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    private static GatewayConfig.Redis config(int port) {
        return BareConfig.redis(new JsonObject()
                .put("url", "redis-sentinel://localhost:" + port + "/0?master=portcullis")
                .put(
                        "sentinel",
                        new JsonObject()
                                .put("user", RedisGroup.SENTINEL_USER)
                                .put("password", RedisGroup.SENTINEL_PASSWORD))
                .put("timeout", "300ms"));
    }
}
