package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.RawUpstream;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A gateway is told to stop while it is in use. */
class DrainTest {
    private static final int STREAMS = 4;
    private static final ExecutorService READERS = Executors.newCachedThreadPool();
    private static final int TERMINATED = 128 + 15;

    /** @param text that came, once the answer was complete; fails if it was cut */
    private record Stream(CompletableFuture<String> text, CompletableFuture<Instant> end) {}

    @AfterAll
    static void stopReading() {
        READERS.shutdownNow();
    }

    @Test
    @DisplayName(
            "SIGTERM: not ready at once, serving on, streams ended cleanly and one by one, calls completed, then exit")
    void stopsWithoutAnybodyNoticing() throws Exception {
        List<Integer> ports = Ports.free(2);
        int[] next = {0};
        try (World world = World.startProcesses(2, yaml -> {
            // The first configuration that is read is not that of a process.
            int port = ports.get(Math.max(0, next[0]++ - 1));
            yaml.getJsonObject("management").put("port", port);
            yaml.put(
                    "drain",
                    new JsonObject().put("delay", "2s").put("streams", "2s").put("timeout", "20s"));
        })) {
            TestClient client = TestClient.register(world);
            String token = client.redeem(world.url(), client.code()).json().getString("access_token");
            String stopping = world.gateway(1) + "/demo/mcp";
            List<Stream> listening = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                listening.add(open(
                        stopping,
                        token,
                        "subscriptions/listen",
                        "",
                        new JsonObject().put("notifications", new JsonObject())));
            }
            Stream call = open(
                    stopping,
                    token,
                    "tools/call",
                    "countdown",
                    new JsonObject().put("name", "countdown").put("arguments", new JsonObject().put("seconds", 6)));

            Instant asked = Instant.now();
            CompletableFuture<Integer> exit = world.terminate(1);

            Answer readiness = await().until(
                            () -> new Browser().get("http://localhost:" + ports.get(1) + "/health/ready"),
                            answer -> answer.status() == 503);
            Answer meanwhile = client.echo(stopping, token, "still here");
            assertThat(readiness.json().getString("status")).isEqualTo("draining");
            assertThat(meanwhile.status()).isEqualTo(200);
            assertThat(meanwhile.header("Connection")).contains("close");
            assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(2));

            List<Instant> ends = new ArrayList<>();
            for (Stream stream : listening) {
                stream.text().get(10, TimeUnit.SECONDS);
                ends.add(stream.end().get());
            }
            ends.sort(Comparator.naturalOrder());
            assertThat(Duration.between(asked, ends.get(0))).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
            assertThat(Duration.between(ends.get(0), ends.get(STREAMS - 1))).isGreaterThan(Duration.ofMillis(400));
            assertThat(call.text().get(10, TimeUnit.SECONDS)).contains("Counted down 6 seconds");
            assertThat(call.end().get()).isAfter(ends.get(STREAMS - 1));

            assertThat(exit.get(10, TimeUnit.SECONDS)).isEqualTo(TERMINATED);
            assertThat(client.echo(world.gateway(0) + "/demo/mcp", token, "hello")
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    @DisplayName("a stream for listening whose upstream answers only while the gateway stops ends cleanly, and soon")
    void aStreamThatOpensLateIsEndedToo() throws Exception {
        try (RawUpstream upstream = new RawUpstream();
                World world = World.start(yaml -> {
                    yaml.getJsonObject("upstreams").getJsonObject("demo").put("url", upstream.url());
                    yaml.put(
                            "drain",
                            new JsonObject()
                                    .put("delay", "0s")
                                    .put("streams", "2s")
                                    .put("timeout", "40s"));
                })) {
            TestClient client = TestClient.register(world);
            String token = client.redeem(world.url(), client.code()).json().getString("access_token");
            try (RawConnection listener = RawConnection.to(world.url())
                            .write("GET /demo/mcp HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
                                    + "Authorization: Bearer " + token + "\r\n\r\n");
                    RawConnection asked = upstream.accept()) {
                asked.readHead();
                CompletableFuture<Void> drained = world.drain(0);
                await().until(() -> !isTakenIn(URI.create(world.url()).getPort()));
                asked.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
                        .writeChunk("data: {}\n\n");
                assertThat(listener.readHead().status()).isEqualTo(200);
                assertThat(listener.readChunk()).isEqualTo("data: {}\n\n");
                assertThat(listener.readChunk()).as("the last chunk").isEmpty();
                drained.get(10, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    @DisplayName(
            "SIGTERM: after drain.delay nobody is let in any more, and a call that would outlast drain.timeout is cut: the process is gone by then")
    void isGoneInTime() throws Exception {
        Duration delay = Duration.ofSeconds(1);
        Duration timeout = Duration.ofSeconds(4);
        try (World world = World.startProcesses(
                1,
                yaml -> yaml.put(
                        "drain",
                        new JsonObject()
                                .put("delay", delay.toSeconds() + "s")
                                .put("streams", "0s")
                                .put("timeout", timeout.toSeconds() + "s")))) {
            TestClient client = TestClient.register(world);
            String token = client.accessToken();
            Stream call = open(
                    world.mcpUrl(),
                    token,
                    "tools/call",
                    "countdown",
                    new JsonObject().put("name", "countdown").put("arguments", new JsonObject().put("seconds", 30)));
            int port = URI.create(world.url()).getPort();

            Instant asked = Instant.now();
            CompletableFuture<Integer> exit = world.terminate(0);

            assertThat(isTakenIn(port)).isTrue();
            await().atMost(delay.plusSeconds(1))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> !isTakenIn(port));
            assertThat(Duration.between(asked, Instant.now())).isGreaterThan(delay.minusMillis(100));
            // The call goes on for as long as it may.
            assertThat(call.text()).isNotDone();
            assertThat(exit).isNotDone();

            assertThat(exit.get(20, TimeUnit.SECONDS)).isEqualTo(TERMINATED);
            assertThat(Duration.between(asked, Instant.now()))
                    .isBetween(timeout.minusMillis(200), timeout.plusSeconds(2));
            assertThat(call.text()).failsWithin(Duration.ofSeconds(1));
        }
    }

    private static boolean isTakenIn(int port) {
        try (Socket socket = new Socket("localhost", port)) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    private static Stream open(String url, String token, String method, String name, JsonObject params)
            throws IOException, InterruptedException {
        JsonObject meta = new JsonObject()
                .put("io.modelcontextprotocol/protocolVersion", "2026-07-28")
                .put("io.modelcontextprotocol/clientCapabilities", new JsonObject());
        JsonObject message = new JsonObject()
                .put("jsonrpc", "2.0")
                .put("id", 1)
                .put("method", method)
                .put("params", params.put("_meta", meta));
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .header("MCP-Protocol-Version", "2026-07-28")
                .header("Mcp-Method", method)
                .POST(HttpRequest.BodyPublishers.ofString(message.encode()));
        if (!name.isEmpty()) {
            request.header("Mcp-Name", name);
        }
        HttpResponse<InputStream> response =
                HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).isEqualTo(200);
        CompletableFuture<String> text = CompletableFuture.supplyAsync(() -> read(response.body()), READERS);
        return new Stream(text, text.thenApply(complete -> Instant.now()));
    }

    private static String read(InputStream body) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            StringBuilder text = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                text.append(line).append('\n');
            }
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
