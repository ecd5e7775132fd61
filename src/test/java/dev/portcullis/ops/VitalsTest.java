package dev.portcullis.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.dev.cognito.Call;
import dev.portcullis.dev.cognito.Fault;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class VitalsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    @Test
    @DisplayName(
            "The age of Cognito's keys grows while they cannot be fetched, and the gateway stays ready with those it has")
    void keysAge() {
        int port = Ports.free();
        String management = "http://localhost:" + port;
        try (World world = World.start(yaml -> {
            yaml.put("management", new JsonObject().put("host", "localhost").put("port", port));
            yaml.getJsonObject("cognito").put("jwksRefresh", "1s").put("jwksCooldown", "200ms");
        })) {
            assertThat(age(management)).isLessThan(2.5);
            world.cognito().faults().on(Call.JWKS, Fault.serverError());
            await().atMost(PATIENCE).until(() -> age(management) > 3);
            assertThat(new Browser().get(management + "/health/ready").status()).isEqualTo(200);
            world.cognito().faults().clear();
            await().atMost(PATIENCE).until(() -> age(management) < 1.5);
        }
    }

    private static double age(String management) {
        return new Browser()
                .get(management + "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("portcullis_idp_keys_age_seconds "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow();
    }
}
