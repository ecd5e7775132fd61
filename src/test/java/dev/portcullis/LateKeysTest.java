package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.DocumentHost;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A gateway that starts while Cognito's keys cannot be had. */
class LateKeysTest {
    @Test
    @DisplayName("AS-30: it starts, is not ready and says why, and is ready by itself once there are keys")
    void readyOnceThereAreKeys() {
        int management = Ports.free();
        Browser operator = new Browser();
        try (DocumentHost keys = DocumentHost.start()) {
            keys.fail("/jwks.json", 503);
            try (World world = World.start(configuration -> {
                configuration.put("management", new JsonObject().put("port", management));
                configuration
                        .getJsonObject("cognito")
                        .put("jwksUri", keys.url("/jwks.json"))
                        .put("jwksCooldown", "200ms");
            })) {
                Answer ready = operator.get("http://localhost:" + management + "/health/ready");
                assertThat(ready.status()).isEqualTo(503);
                assertThat(ready.json().getString("cognitoKeys")).isEqualTo("unknown");
                assertThat(operator.get("http://localhost:" + management + "/metrics")
                                .body())
                        .contains("\nportcullis_ready 0.0\n");
                TestClient client = TestClient.register(world);
                Answer page = client.callback(
                        world.url(), client.signIn(client.approve(world.url(), client.authorize(world.url()))));
                assertThat(page.status()).isEqualTo(503);

                keys.serve("/jwks.json", operator.get(world.cognito().jwksUri()).json());
                await().atMost(Duration.ofSeconds(15))
                        .until(() -> operator.get("http://localhost:" + management + "/health/ready")
                                        .status()
                                == 200);
                assertThat(operator.get("http://localhost:" + management + "/metrics")
                                .body())
                        .contains("\nportcullis_ready 1.0\n");
                assertThat(client.redeem(world.url(), client.code()).status()).isEqualTo(200);
            }
        }
    }
}
