package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.DocumentHost;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RedisServer;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Anybody can publish good documents without end, and have them fetched before anybody signs in. */
class StoredDocumentsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MOST = 5;
    private static final int FLOOD = 30;

    private RedisServer redis;
    private DocumentHost site;
    private World world;

    @BeforeEach
    void start() {
        redis = RedisServer.start(Ports.free(), Optional.empty());
        site = DocumentHost.start();
        world = World.start(
                2,
                yaml -> yaml.put("redis", new JsonObject().put("url", "redis://" + redis.address()))
                        .put(
                                "clientDocuments",
                                new JsonObject().put("loopback", true).put("maxStored", MOST)));
    }

    @AfterEach
    void stop() {
        world.close();
        site.close();
        redis.close();
    }

    @Test
    @DisplayName("CR-15: a flood of documents takes no more room in Redis than there is; what went is fetched again")
    void theNumberOfDocumentsIsBounded() {
        for (int i = 0; i < FLOOD; i++) {
            publish("/" + i + ".json");
            assertThat(authorize(world.gateway(0), i)).isEqualTo(200);
        }
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(redis.ask("HLEN", "pc:cimd:{documents}").trim()).isEqualTo(String.valueOf(MOST));
            assertThat(redis.ask("ZCARD", "pc:cimd:{documents}:order").trim()).isEqualTo(String.valueOf(MOST));
        });
        assertThat(redis.ask("KEYS", "pc:cimd:*").trim().lines())
                .containsExactlyInAnyOrder("pc:cimd:{documents}", "pc:cimd:{documents}:order");
        for (String key : new String[] {"pc:cimd:{documents}", "pc:cimd:{documents}:order"}) {
            assertThat(Long.parseLong(redis.ask("PTTL", key).trim())).as(key).isPositive();
        }
        // The last is there for the other replica, the first is not.
        assertThat(authorize(world.gateway(1), FLOOD - 1)).isEqualTo(200);
        assertThat(site.hits("/" + (FLOOD - 1) + ".json")).isEqualTo(1);
        assertThat(authorize(world.gateway(1), 0)).isEqualTo(200);
        assertThat(site.hits("/0.json")).isEqualTo(2);
    }

    private void publish(String path) {
        site.serve(
                path,
                new JsonObject()
                        .put("client_id", site.url(path))
                        .put("client_name", "One of many")
                        .put("redirect_uris", new JsonArray().add(TestClient.REDIRECT_URI))
                        .put("token_endpoint_auth_method", "none"),
                "Cache-Control",
                "max-age=600");
    }

    private int authorize(String gateway, int number) {
        return TestClient.withId(world, site.url("/" + number + ".json"))
                .authorize(gateway)
                .status();
    }
}
