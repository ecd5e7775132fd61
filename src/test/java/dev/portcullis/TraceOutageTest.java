package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Collector;
import dev.portcullis.testkit.LogCapture;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A collector that is slow, broken or away, and a gateway that has none. */
@DisplayName("Traces do no harm")
class TraceOutageTest {
    private static final int TERMINATED = 128 + 15;

    private final Collector collector = new Collector();
    private final LogCapture log = LogCapture.of("ROOT");
    private final int management = Ports.free();

    @AfterEach
    void close() {
        log.close();
        collector.close();
    }

    /** @param change of the section {@code traces} */
    private Consumer<JsonObject> traced(Consumer<JsonObject> change) {
        return yaml -> {
            yaml.getJsonObject("management").put("port", management);
            JsonObject traces = new JsonObject()
                    .put("endpoint", collector.url())
                    .put("sampleRatio", 1)
                    .put("batch", new JsonObject().put("interval", "20ms"));
            change.accept(traces);
            yaml.put("telemetry", new JsonObject().put("traces", traces));
        };
    }

    private double metric(String series) {
        return new Browser()
                .get("http://localhost:" + management + "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(series))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private double dropped(String reason) {
        return metric("portcullis_traces_dropped_total{reason=\"" + reason + "\"}");
    }

    private long warnings() {
        return log.lines(line -> line.getString("message").startsWith("spans did not get"))
                .size();
    }

    /** Not whether it was called: the port may have been another collector's, whose gateway still tries to reach that. */
    private boolean hasHeardOf(String service) {
        return collector.resources().stream()
                .flatMap(resource -> resource.getAttributesList().stream())
                .anyMatch(attribute -> attribute.getKey().equals("service.name")
                        && attribute.getValue().getStringValue().equals(service));
    }

    /** A sign-in and calls, none of which takes long. */
    private static void use(World world, int calls) {
        TestClient client = TestClient.register(world);
        String token = client.accessToken();
        for (int i = 0; i < calls; i++) {
            long asked = System.nanoTime();
            assertThat(client.echo(world.mcpUrl(), token, "hello").status()).isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    @DisplayName("while the collector answers 500: spans are dropped and counted, and the log says so once")
    void broken() {
        collector.mood(Collector.Mood.BROKEN);
        try (World world = World.start(traced(traces -> {}))) {
            for (int calls = 10; calls <= 30; calls += 10) {
                use(world, 10);
                double spans = calls * 2;
                // A sending may take its whole time.
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(
                                () -> assertThat(dropped("export_failed")).isGreaterThanOrEqualTo(spans));
            }
            assertThat(collector.calls()).isGreaterThan(2);
            assertThat(warnings()).isEqualTo(1);
            assertThat(log.text()).contains("the collector answered status 500");
            collector.mood(Collector.Mood.WELL);
            use(world, 1);
            collector.span(span -> span.name().equals("POST /{name}/mcp"));
            await().until(() -> metric("portcullis_traces_exported_total") >= 2);
        }
    }

    @Test
    @DisplayName("while the collector says nothing: no more wait for it than the queue holds, the rest is dropped")
    void silent() {
        collector.mood(Collector.Mood.SILENT);
        try (World world = World.start(traced(traces -> traces.put("queue", 8)
                .put("timeout", "2s")
                .getJsonObject("batch")
                .put("size", 4)))) {
            use(world, 20);

            await().until(() -> dropped("queue_full") >= 30);
            await().until(() -> dropped("export_failed") >= 4);
            assertThat(warnings()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("while nobody listens at the collector's address")
    void away() {
        int nobody = Ports.free();
        try (World world =
                World.start(traced(traces -> traces.put("endpoint", "http://localhost:" + nobody + "/v1/traces")
                        .put("timeout", "300ms")))) {
            use(world, 5);

            await().until(() -> dropped("export_failed") >= 10);
            assertThat(warnings()).isEqualTo(1);
            assertThat(log.text()).contains("no answer of the collector");
        }
    }

    @Test
    @DisplayName("and what is waiting when the gateway is told to stop is sent before it ends")
    void flushed() throws Exception {
        try (World world = World.startProcesses(
                1,
                traced(traces -> traces.put("serviceName", "flushed")
                                .getJsonObject("batch")
                                .put("interval", "60s"))
                        // The first batch of a process takes its time on a busy machine.
                        .andThen(yaml -> yaml.getJsonObject("drain").put("timeout", "15s")))) {
            // Long before the next batch is due.
            use(world, 1);

            assertThat(world.terminate(0).get(20, TimeUnit.SECONDS)).isEqualTo(TERMINATED);
            assertThat(hasHeardOf("flushed")).isTrue();
            assertThat(collector.spans())
                    .anyMatch(span -> span.name().equals("POST /{name}/mcp"))
                    .anyMatch(span -> span.name().equals("POST demo"));
        }
    }

    @Test
    @DisplayName("nor does a silent collector keep a gateway from stopping within its time")
    void stopsInTime() throws Exception {
        collector.mood(Collector.Mood.SILENT);
        try (World world = World.startProcesses(1, traced(traces -> traces.put("timeout", "60s")))) {
            use(world, 1);
            await().until(() -> collector.calls() > 0);
            long asked = System.nanoTime();

            // drain.timeout is 2 s; closing may take as long again.
            assertThat(world.terminate(0).get(20, TimeUnit.SECONDS)).isEqualTo(TERMINATED);
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(12));
        }
    }

    @Test
    @DisplayName("where they are off: nothing of OpenTelemetry is even loaded, no thread runs, no metric shows")
    void off() throws Exception {
        try (World world =
                World.startProcesses(1, yaml -> yaml.getJsonObject("management").put("port", management))) {
            use(world, 2);

            assertThat(jcmd(world.pid(0), "VM.classloaders", "show-classes").lines())
                    .anyMatch(line -> line.contains("dev.portcullis.Gateway"))
                    .noneMatch(line -> line.contains("io.opentelemetry"));
            assertThat(jcmd(world.pid(0), "Thread.print")).doesNotContain("BatchSpanProcessor");
            assertThat(metric("portcullis_ready")).isEqualTo(1);
            assertThat(new Browser()
                            .get("http://localhost:" + management + "/metrics")
                            .body())
                    .doesNotContain("portcullis_traces");
        }
    }

    private static String jcmd(long pid, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home", ""), "bin", "jcmd")
                                .toString(),
                        String.valueOf(pid),
                        String.join(" ", command))
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return said;
    }
}
