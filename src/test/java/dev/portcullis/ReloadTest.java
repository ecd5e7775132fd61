package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.StubUpstream;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A gateway that is a process, and whose configuration file changes while it runs. */
@DisplayName("While the gateway runs")
class ReloadTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static StubUpstream first;
    private static StubUpstream second;
    private static World world;
    private static String metrics;

    @BeforeAll
    static void start() {
        first = new StubUpstream("first");
        second = new StubUpstream("second");
        int management = Ports.free();
        metrics = "http://localhost:" + management + "/metrics";
        world = World.startProcesses(1, configuration -> {
            configuration.put("reload", "100ms");
            configuration.getJsonObject("management").put("port", management);
            configuration.getJsonObject("upstreams").getJsonObject("demo").put("url", first.url());
        });
    }

    @AfterAll
    static void stop() {
        world.close();
        first.close();
        second.close();
    }

    @Test
    @DisplayName("upstreams come, change and go with the file; streams and sessions go on, and no call fails")
    void upstreams() throws Exception {
        TestClient client = TestClient.register(world);
        String token = client.accessToken();
        Answer begun = call("demo", token);
        assertThat(begun.json().getString("server")).isEqualTo("first");
        try (RawConnection stream = RawConnection.to(world.url())) {
            stream.write("GET /demo/mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token + "\r\n\r\n");
            assertThat(stream.readHead().status()).isEqualTo(200);
            assertThat(stream.readChunk()).isEqualTo("data: first\n\n");

            AtomicBoolean done = new AtomicBoolean();
            StringBuffer failures = new StringBuffer();
            Thread caller = new Thread(() -> {
                while (!done.get()) {
                    int status = call("demo", token).status();
                    if (status != 200) {
                        failures.append(status).append(' ');
                    }
                }
            });
            caller.start();

            // Another one comes.
            String added = world.url() + "/added/mcp";
            assertThat(new Browser()
                            .get(world.url() + "/.well-known/oauth-protected-resource/added/mcp")
                            .status())
                    .isEqualTo(404);
            world.reconfigure(configuration ->
                    configuration.getJsonObject("upstreams").put("added", new JsonObject().put("url", second.url())));
            await().atMost(PATIENCE)
                    .until(() -> new Browser()
                                    .get(world.url() + "/.well-known/oauth-protected-resource/added/mcp")
                                    .status()
                            == 200);
            String forAdded = TestClient.register(world).wants(added).accessToken();
            assertThat(call("added", forAdded).json().getString("server")).isEqualTo("second");

            // The first one moves.
            world.reconfigure(configuration -> configuration
                    .getJsonObject("upstreams")
                    .getJsonObject("demo")
                    .put("url", second.url()));
            await().atMost(PATIENCE)
                    .until(() -> call("demo", token).json().getString("server").equals("second"));
            // Its session does not: it lived at the old address.
            assertThat(call(
                                    "demo",
                                    token,
                                    "Mcp-Session-Id",
                                    begun.header("Mcp-Session-Id").orElseThrow())
                            .status())
                    .isEqualTo(404);

            // The new one goes.
            world.reconfigure(
                    configuration -> configuration.getJsonObject("upstreams").remove("added"));
            await().atMost(PATIENCE).until(() -> call("added", forAdded).status() == 404);

            done.set(true);
            caller.join(PATIENCE.toMillis());
            assertThat(failures.toString()).isEmpty();
            assertThat(stream.isSilentFor(Duration.ofMillis(1500))).isTrue();
            assertThat(first.open()).isEqualTo(1);
        }
        // What was retired lets go of its connections when the last stream has ended.
        await().atMost(PATIENCE).until(() -> first.open() == 0);
    }

    @Test
    @DisplayName("a file that is not whole changes nothing, and is used again when it is mended")
    void brokenFiles() {
        String token = TestClient.register(world).accessToken();
        world.rewrite("upstreams: [");
        assertThat(stays(token)).isTrue();
        world.rewrite("publicUrl: " + world.url());
        assertThat(stays(token)).isTrue();
        world.reconfigure(configuration ->
                configuration.getJsonObject("upstreams").put("mended", new JsonObject().put("url", second.url())));
        await().atMost(PATIENCE)
                .until(() -> new Browser()
                                .get(world.url() + "/.well-known/oauth-protected-resource/mended/mcp")
                                .status()
                        == 200);
    }

    @Test
    @DisplayName("metrics say that the file cannot be used, that it was adopted, and that it takes a restart")
    void metricsTell() {
        double changes = metric("portcullis_config_changes_total");
        assertThat(metric("portcullis_config_unreadable")).isZero();
        assertThat(metric("portcullis_config_restart_needed")).isZero();

        world.rewrite("upstreams: [");
        await().atMost(PATIENCE).until(() -> metric("portcullis_config_unreadable") == 1);
        assertThat(metric("portcullis_config_changes_total")).isEqualTo(changes);

        world.reconfigure(configuration -> {
            configuration.getJsonObject("upstreams").put("counted", new JsonObject().put("url", second.url()));
            configuration.put("logging", new JsonObject().put("access", false));
        });
        await().atMost(PATIENCE).until(() -> metric("portcullis_config_changes_total") == changes + 1);
        await().atMost(PATIENCE).until(() -> metric("portcullis_config_restart_needed") == 1);
        assertThat(metric("portcullis_config_unreadable")).isZero();

        world.reconfigure(configuration -> configuration.remove("logging"));
        await().atMost(PATIENCE).until(() -> metric("portcullis_config_restart_needed") == 0);
        assertThat(metric("portcullis_config_changes_total")).isEqualTo(changes + 1);
    }

    private static double metric(String name) {
        return new Browser()
                .get(metrics)
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name));
    }

    /** For several readings of the file. */
    private static boolean stays(String token) {
        long end = System.nanoTime() + Duration.ofMillis(600).toNanos();
        boolean good = true;
        while (System.nanoTime() < end) {
            good &= call("demo", token).status() == 200;
        }
        return good;
    }

    private static Answer call(String upstream, String token, String... headers) {
        String[] all = new String[headers.length + 2];
        all[0] = "Authorization";
        all[1] = "Bearer " + token;
        System.arraycopy(headers, 0, all, 2, headers.length);
        return new Browser().postJson(world.url() + "/" + upstream + "/mcp", "{}", all);
    }
}
