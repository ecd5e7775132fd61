package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.dev.redis.LocalRedis;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A replica that cannot know what was revoked, because Redis does not answer. */
class RevocationOutageTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Browser operator = new Browser();
    private LocalRedis redis;
    private int managementPort;

    @BeforeEach
    void startRedis() throws Exception {
        redis = LocalRedis.start(LocalRedis.Options.standard());
        managementPort = Ports.free();
    }

    @AfterEach
    void stopRedis() {
        redis.close();
    }

    @Test
    @DisplayName("SEC-4: by default it goes on serving, and says so")
    void byDefaultItGoesOnServing() {
        try (World world = world("allow")) {
            TestClient client = TestClient.register(world);
            String token = client.redeem(world.url(), client.code()).json().getString("access_token");
            assertThat(ready().json().getString("status")).isEqualTo("ready");
            assertThat(metrics()).contains("portcullis_revocations_known 1.0");

            redis.pause();

            await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(ready().status()).isEqualTo(200);
                assertThat(ready().json().getString("status")).isEqualTo("degraded");
                assertThat(ready().json().getString("revocations")).isEqualTo("unknown");
                assertThat(metrics()).contains("portcullis_revocations_known 0.0");
            });
            assertThat(client.echo(world.mcpUrl(), token, "hi").status()).isEqualTo(200);

            redis.resume();

            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(ready().json().getString("status")).isEqualTo("ready"));
        }
    }

    @Test
    @DisplayName("SEC-4: where the operator wants it, no token passes until revocations are known again")
    void whereTheOperatorWantsItNoTokenPasses() {
        try (World world = world("deny")) {
            TestClient client = TestClient.register(world);
            String token = client.redeem(world.url(), client.code()).json().getString("access_token");
            assertThat(client.echo(world.mcpUrl(), token, "hi").status()).isEqualTo(200);

            redis.pause();

            await().atMost(PATIENCE).untilAsserted(() -> {
                Answer answer = client.echo(world.mcpUrl(), token, "hi");
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.header("Retry-After")).isPresent();
            });

            redis.resume();

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(
                                    client.echo(world.mcpUrl(), token, "hi").status())
                            .isEqualTo(200));
        }
    }

    @Test
    @DisplayName("AS-30: a revocation that cannot be stored is trouble, not success, and can be tried again")
    void aRevocationThatCannotBeStoredIsTrouble() {
        try (World world = world("allow")) {
            TestClient client = TestClient.register(world);
            String token = client.redeem(world.url(), client.code()).json().getString("refresh_token");
            redis.pause();
            Answer answer = client.revoke(world.url(), token);
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("Retry-After")).isPresent();
            redis.resume();
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(client.revoke(world.url(), token).status())
                                    .isEqualTo(200));
            assertThat(client.refresh(world.url(), token).json().getString("error"))
                    .isEqualTo("invalid_grant");
        }
    }

    private World world(String whenUnknown) {
        return World.start(configuration -> {
            configuration.put("redis", new JsonObject().put("url", redis.url()).put("timeout", "300ms"));
            configuration.put("management", new JsonObject().put("port", managementPort));
            configuration.put(
                    "revocation",
                    new JsonObject()
                            .put("whenUnknown", whenUnknown)
                            .put("check", "200ms")
                            .put("staleAfter", "600ms"));
        });
    }

    private Answer ready() {
        return operator.get("http://localhost:" + managementPort + "/health/ready");
    }

    private String metrics() {
        return operator.get("http://localhost:" + managementPort + "/metrics").body();
    }
}
