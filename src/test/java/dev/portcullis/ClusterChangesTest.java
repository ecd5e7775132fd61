package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.RedisGroup;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The servers of a cluster that the configuration names are not those it has for ever. */
class ClusterChangesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    // Sooner than replicas compare notes.
    private static final Duration AT_ONCE = Duration.ofSeconds(3);

    @Test
    @DisplayName("the one server that the configuration names is gone: revocations still reach every replica at once")
    void theNamedServerIsGone() {
        try (RedisGroup redis = RedisGroup.cluster();
                World world = World.start(
                        2,
                        yaml -> yaml.put("redis", new JsonObject().put("url", onlyTheFirst(redis.url())))
                                .put(
                                        "revocation",
                                        new JsonObject().put("check", "30s").put("staleAfter", "60s")))) {
            redis.server(0).kill();
            await().atMost(PATIENCE).until(redis::hasAnotherPrimary);
            // Whichever slots its keys are in.
            await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> revocationsArrive(world));
        }
    }

    private static void revocationsArrive(World world) {
        TestClient client = TestClient.register(world);
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        String access = tokens.getString("access_token");
        String elsewhere = world.gateway(1) + "/demo/mcp";
        assertThat(client.echo(elsewhere, access, "hi").status()).isEqualTo(200);
        assertThat(client.revoke(world.gateway(0), access).status()).isEqualTo(200);
        await().atMost(AT_ONCE).until(() -> client.echo(elsewhere, access, "hi").status() == 401);
    }

    private static String onlyTheFirst(String url) {
        return url.substring(0, url.indexOf(','));
    }
}
