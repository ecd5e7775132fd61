package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.Gateway;
import dev.portcullis.config.ConfigReader;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.config.Secret;
import dev.portcullis.crypto.KeyRing;
import dev.portcullis.testkit.LogCapture;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.RawConnection.Head;
import dev.portcullis.testkit.RawUpstream;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A mistake of the gateway's own")
class FaultTest {
    private static final String SECRET = "hush-hush";

    @Test
    @DisplayName("ends a call at once in 500, and nothing of its headers gets into the log (GW-18)")
    void noCallHangs() throws Exception {
        int port = Ports.free();
        String publicUrl = "http://localhost:" + port;
        KeyRing keys = KeyRing.generate(InstantSource.system());
        Vertx vertx = Vertx.vertx();
        try (RawUpstream upstream = new RawUpstream();
                World world = World.startBehind(
                        publicUrl,
                        keys,
                        yaml -> yaml.getJsonObject("upstreams")
                                .put("demo", new JsonObject().put("url", upstream.url())));
                LogCapture log = LogCapture.of("ROOT")) {
            JsonObject yaml = world.configuration();
            yaml.getJsonObject("listen").put("port", port);
            GatewayConfig config = new ConfigReader(Map.of()).read("a test", yaml.encode(), Path.of(""));
            // What no file can say: it is refused there.
            PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            new Gateway(vertx, withHeader(config, SECRET + "\n"), keys, metrics)
                    .start(1)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
            String token = TestClient.register(world).accessToken();
            for (int i = 0; i < 2; i++) {
                try (RawConnection client = RawConnection.to(publicUrl)) {
                    client.write("POST /demo/mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
                            + "\r\nContent-Length: 2\r\n\r\n{}");
                    Head head = client.readHead();
                    assertThat(head.status()).isEqualTo(500);
                    assertThat(client.readBody(head)).contains("server_error").doesNotContain(SECRET);
                }
            }
            assertThat(log.lines(line -> line.getString("message").equals("a request cannot be relayed")))
                    .hasSize(2)
                    .allSatisfy(line -> assertThat(line.getString("reason")).isEqualTo("IllegalArgumentException"));
            assertThat(log.text()).doesNotContain(SECRET);
            assertThat(metrics.scrape())
                    .contains("portcullis_upstream_connections_busy{pool=\"calls\",upstream=\"demo\"} 0.0");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }

    private static GatewayConfig withHeader(GatewayConfig config, String value) {
        GatewayConfig.Upstream demo =
                config.upstreamOf(config.publicUrl() + "/demo/mcp").orElseThrow();
        GatewayConfig.Upstream bad = new GatewayConfig.Upstream(
                demo.name(),
                demo.displayName(),
                demo.endpoints(),
                demo.resource(),
                demo.scopes(),
                demo.scopeDescriptions(),
                demo.identity(),
                demo.audience(),
                Map.of("X-Api-Key", new Secret(value)),
                demo.transport(),
                demo.limits(),
                demo.tools());
        return new GatewayConfig(
                config.publicUrl(),
                config.listen(),
                config.management(),
                config.logging(),
                config.telemetry(),
                config.drain(),
                config.cognito(),
                config.redis(),
                config.keys(),
                config.login(),
                config.approvals(),
                config.tokens(),
                config.refresh(),
                config.rateLimits(),
                config.revocation(),
                config.connections(),
                config.registration(),
                config.clientDocuments(),
                config.clients(),
                config.deniedClients(),
                config.resources(),
                config.http(),
                config.reload(),
                Map.of("demo", bad));
    }
}
