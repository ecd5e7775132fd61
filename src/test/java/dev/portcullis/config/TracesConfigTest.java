package dev.portcullis.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("telemetry.traces")
class TracesConfigTest {
    @TempDir
    private Path directory;

    private Optional<Traces> read(String traces) {
        String yaml = """
                publicUrl: https://mcp.example.com
                cognito: { issuer: "https://idp.example.com/pool", domain: "https://login.example.com", clientId: abc }
                keys: { directory: keys }
                upstreams: { files: { url: "http://files:3001/mcp" } }
                telemetry: { traces: %s }
                """.formatted(traces);
        return new ConfigReader(Map.of("KEY", "s3cret"))
                .read("gateway.yaml", yaml, directory)
                .telemetry()
                .traces();
    }

    private List<String> problems(String traces) {
        return catchThrowableOfType(ConfigException.class, () -> read(traces)).problems().stream()
                .map(problem -> problem.path() + " " + problem.message())
                .toList();
    }

    @Test
    @DisplayName("are off without an endpoint, whatever else is said")
    void off() {
        assertThat(read("{}")).isEmpty();
        assertThat(read("{ sampleRatio: 1 }")).isEmpty();
    }

    @Test
    @DisplayName("have defaults for all but the endpoint")
    void defaults() {
        assertThat(read("{ endpoint: 'http://collector:4318/v1/traces' }").orElseThrow())
                .satisfies(traces -> {
                    assertThat(traces.endpoint()).hasToString("http://collector:4318/v1/traces");
                    assertThat(traces.sampleRatio()).isEqualTo(0.1);
                    assertThat(traces.serviceName()).isEqualTo("portcullis");
                    assertThat(traces.queue()).isEqualTo(2048);
                    assertThat(traces.timeout()).isEqualTo(Duration.ofSeconds(10));
                    assertThat(traces.batchSize()).isEqualTo(512);
                    assertThat(traces.batchInterval()).isEqualTo(Duration.ofSeconds(5));
                    assertThat(traces.headers()).isEmpty();
                });
    }

    @Test
    @DisplayName("have these defaults in the sample too, for whoever names an endpoint there")
    void sample() throws IOException {
        String text = Files.readString(Path.of("conf/gateway.yaml"));
        String on = text.replace("    # endpoint: http://collector", "    endpoint: http://collector");

        GatewayConfig sample =
                new ConfigReader(Map.of("COGNITO_CLIENT_SECRET", "s3cret")).read("gateway.yaml", on, Path.of("conf"));

        assertThat(on).isNotEqualTo(text);
        assertThat(sample.telemetry().traces()).isEqualTo(read("{ endpoint: 'http://collector:4318/v1/traces' }"));
    }

    @Test
    @DisplayName("take headers from the environment and from files, and never print them")
    void headers() throws IOException {
        Path file = Files.writeString(directory.resolve("key"), "hush\n");

        Traces traces =
                read("{ endpoint: 'https://c.example.com/v1/traces', headers: { X-Key: '${KEY}', X-File: '${file:"
                                + file + "}' } }")
                        .orElseThrow();

        assertThat(traces.headers().get("X-Key")).isEqualTo(new Secret("s3cret"));
        assertThat(traces.headers().get("X-File")).isEqualTo(new Secret("hush"));
        assertThat(traces.toString()).doesNotContain("s3cret", "hush").contains("***");
    }

    @Test
    @DisplayName("are refused with the path of each mistake and a remedy")
    void mistakes() {
        assertThat(problems("{ endpoint: 'http://collector:4318', sampleRatio: 10%, queue: 100, timeout: 5, "
                        + "headers: { Host: x, X-Key: \"a\\nb\" }, batch: { size: 200, intervall: 1s }, on: true }"))
                .anyMatch(text -> text.startsWith("telemetry.traces.endpoint must have the path too"))
                .anyMatch(text -> text.equals("telemetry.traces.sampleRatio must be a number from 0.0 to 1.0"))
                .anyMatch(text -> text.startsWith("telemetry.traces.timeout must be a time"))
                .anyMatch(text -> text.startsWith("telemetry.traces.headers Host cannot be set"))
                .anyMatch(text -> text.startsWith("telemetry.traces.headers X-Key holds characters"))
                .anyMatch(text -> text.startsWith("telemetry.traces.batch.size must not be larger than"))
                .anyMatch(text -> text.startsWith("telemetry.traces.batch.intervall is not a known key"))
                .anyMatch(text -> text.startsWith("telemetry.traces.on is not a known key"))
                .hasSize(8);
        assertThat(problems("{ endpoint: 'collector:4318/v1/traces' }"))
                .singleElement()
                .satisfies(text ->
                        assertThat(text).startsWith("telemetry.traces.endpoint must be an absolute http(s) URL"));
        assertThat(problems("{ endpoint: 'http://c/v1/traces', sampleRatio: NaN }"))
                .hasSize(1);
    }
}
