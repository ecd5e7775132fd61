package dev.portcullis.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.crypto.KeyPurpose;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a gateway process writes, as {@code logback.xml} arranges it. */
@DisplayName("The log of a gateway process")
class AuditStreamTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    // A line each, which a pipe of 64 KiB has no room for.
    private static final int MANY = 600;
    private static final String LONG = "agent ".repeat(60);

    @TempDir
    private Path directory;

    @Test
    @DisplayName("has audit lines in a file of their own, changed keys too, and none of them on standard output")
    void aFileOfItsOwn() {
        Path file = directory.resolve("audit.log");
        try (World world = World.startProcesses(
                1,
                yaml -> yaml.getJsonObject("keys").put("reload", "100ms"),
                settings(Map.of("PORTCULLIS_AUDIT_TO", "file", "PORTCULLIS_AUDIT_FILE", file.toString())))) {
            TestClient client = TestClient.register(world);
            client.redeem(world.url(), client.code());
            String key = world.keys()
                    .add(KeyPurpose.REGISTRATION, Duration.ZERO)
                    .getFileName()
                    .toString()
                    .replaceFirst("^registration-", "")
                    .replaceFirst("\\.[a-z]+$", "");

            List<JsonObject> lines = await().atMost(PATIENCE)
                    .until(() -> lines(file), all -> events(all).contains("keys changed"));
            assertThat(events(lines))
                    .containsExactly(
                            "registration done", "consent given", "login done", "token issued", "keys changed");
            assertThat(lines.get(4).getString("keys").split(" ")).contains(key);
            assertThat(lines.get(4).getString("distrusted")).isEmpty();
            assertThat(lines)
                    .allSatisfy(line -> assertThat(line.getString("logger")).isEqualTo("portcullis.audit"));
            assertThat(world.log(0).lines())
                    .allSatisfy(
                            line -> assertThat(line).startsWith("{\"time\":").endsWith("}"))
                    .noneSatisfy(line -> assertThat(line).contains("portcullis.audit"))
                    .anySatisfy(line -> assertThat(line).contains("\"portcullis.access\""));
        }
    }

    @Test
    @DisplayName("has audit lines on standard error where it is told so, and nothing else there")
    void standardError() {
        Path file = directory.resolve("stderr.log");
        try (World world = World.startProcesses(1, yaml -> {}, process -> {
            settings(Map.of("PORTCULLIS_AUDIT_TO", "stderr")).accept(process);
            process.redirectErrorStream(false).redirectError(file.toFile());
        })) {
            TestClient.register(world);

            List<String> lines = await().atMost(PATIENCE)
                    .until(() -> text(file), all -> all.stream().anyMatch(line -> line.contains("portcullis.audit")));
            assertThat(lines.stream()
                            .filter(line -> line.startsWith("{"))
                            .map(JsonObject::new)
                            .map(line -> line.getString("logger")))
                    .containsExactly("portcullis.audit");
            assertThat(world.log(0)).contains("\"portcullis.access\"").doesNotContain("portcullis.audit");
        }
    }

    @Test
    @DisplayName("drops lines, and no request waits, while nobody reads standard output; the audit log lacks nothing")
    void stuckOutput() throws Exception {
        Path file = directory.resolve("audit.log");
        try (World world = World.startProcesses(1, yaml -> {}, process -> {
            settings(Map.of(
                            "PORTCULLIS_LOG_QUEUE",
                            "16",
                            "PORTCULLIS_AUDIT_TO",
                            "file",
                            "PORTCULLIS_AUDIT_FILE",
                            file.toString()))
                    .accept(process);
            process.redirectOutput(ProcessBuilder.Redirect.PIPE);
        })) {
            fill(world);
            TestClient.register(world);
            await().atMost(PATIENCE).until(() -> events(lines(file)).contains("registration done"));

            List<String> read = read(world);
            await().atMost(PATIENCE).until(() -> {
                new Browser().get(world.url() + "/connections-of-nobody", "User-Agent", "the last one");
                return read.stream().anyMatch(line -> line.contains("the last one"));
            });
            assertThat(read.stream().filter(line -> line.contains("agent agent")))
                    .hasSizeBetween(100, MANY - 100);
            assertThat(read).allSatisfy(line -> assertThat(new JsonObject(line)).isNotEmpty());
            world.terminate(0).get(15, TimeUnit.SECONDS);
        }
    }

    @Test
    @DisplayName("drops no audit line, though its queue is full and standard output is stuck: what it is about waits")
    void nothingIsLost() throws Exception {
        try (World world = World.startProcesses(1, yaml -> {}, process -> {
            settings(Map.of("PORTCULLIS_LOG_QUEUE", "16", "PORTCULLIS_AUDIT_QUEUE", "4"))
                    .accept(process);
            process.redirectOutput(ProcessBuilder.Redirect.PIPE);
        })) {
            fill(world);
            HttpClient client = HttpClient.newHttpClient();
            List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, 40)
                    .mapToObj(i -> client.sendAsync(
                            HttpRequest.newBuilder(URI.create(world.url() + "/register"))
                                    .header("Content-Type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofString(TestClient.registration()
                                            .put("client_name", "Client " + i + ".")
                                            .encode()))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString()))
                    .toList();
            TimeUnit.SECONDS.sleep(2);
            assertThat(answers.stream().filter(CompletableFuture::isDone)).hasSizeLessThan(20);

            List<String> read = read(world);
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertThat(answer.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(201);
            }
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(read.stream()
                                    .map(JsonObject::new)
                                    .filter(line -> "registration".equals(line.getString("event")))
                                    .map(line -> line.getString("clientName"))
                                    .distinct())
                            .hasSize(40));
        }
    }

    private static Consumer<ProcessBuilder> settings(Map<String, String> environment) {
        return process -> process.environment().putAll(environment);
    }

    /** Until standard output has no more room for lines, and much longer. */
    private static void fill(World world) {
        Browser browser = new Browser();
        for (int i = 0; i < MANY; i++) {
            long asked = System.nanoTime();
            assertThat(browser.get(world.url() + "/.well-known/jwks.json", "User-Agent", LONG.strip())
                            .status())
                    .isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(5));
        }
    }

    /** Everything that was written, and from now on whatever is. */
    private static List<String> read(World world) {
        List<String> lines = new CopyOnWriteArrayList<>();
        BufferedReader output = new BufferedReader(new InputStreamReader(world.output(0), StandardCharsets.UTF_8));
        Thread reader = new Thread(() -> {
            try (output) {
                for (String line = output.readLine(); line != null; line = output.readLine()) {
                    lines.add(line);
                }
            } catch (IOException ended) {
                // With the process.
            }
        });
        reader.setDaemon(true);
        reader.start();
        return lines;
    }

    private static List<String> events(List<JsonObject> lines) {
        return lines.stream()
                .map(line -> line.getString("event") + " " + line.getString("outcome"))
                .toList();
    }

    private static List<JsonObject> lines(Path file) {
        return text(file).stream().map(JsonObject::new).toList();
    }

    private static List<String> text(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
