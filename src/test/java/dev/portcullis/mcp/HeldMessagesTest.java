package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.RawConnection.Head;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server with a tool policy, where one user may have 128 KiB of messages held back. */
class HeldMessagesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration MOMENT = Duration.ofMillis(200);
    private static final String NO_CONTENT = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Type: ";
    private static final String LISTS = "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\",\"params\":{}}";

    @RegisterExtension
    private static final Wire WIRE = new Wire(upstream -> upstream.put(
                    "tools",
                    new JsonArray().add(new JsonObject().put("match", "bad").put("deny", true)))
            .put("maxInspected", "128KiB")
            .put("maxHeld", "512KiB"));

    @Test
    @DisplayName(
            "a body that does not come to its end leaves room for small ones alone, until its client goes on or leaves")
    void unfinishedBodies() {
        String large = call("good", 80);
        try (RawConnection slow = unfinished(large)) {
            assertThat(slow.isSilentFor(MOMENT)).isTrue();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(isRefused(large)).isTrue());
            assertThat(passes(call("good", 0))).isTrue();
            WIRE.upstream().forget();
            slow.write("\r\n");
            answering().write(NO_CONTENT);
            assertThat(slow.readHead().status()).isEqualTo(202);
        }
        await().atMost(PATIENCE).until(() -> passes(large));
        try (RawConnection leaving = unfinished(large)) {
            assertThat(leaving.isSilentFor(MOMENT)).isTrue();
            await().atMost(PATIENCE).until(() -> isRefused(large));
            leaving.reset();
        }
        await().atMost(PATIENCE).until(() -> passes(large));
    }

    @Test
    @DisplayName("a list that there is no room for is withheld, and its server not blamed")
    void lists() {
        try (RawConnection first = WIRE.connect().write(WIRE.post(LISTS));
                RawConnection second = WIRE.connect().write(WIRE.post(LISTS))) {
            String part = OK + "application/json\r\nContent-Length: 100000\r\n\r\n" + " ".repeat(90_000);
            answering().write(part);
            answering().write(part);
            RawConnection ended = await().atMost(PATIENCE)
                    .until(
                            () -> Stream.of(first, second)
                                    .filter(client -> !client.isSilentFor(MOMENT))
                                    .findFirst(),
                            Optional::isPresent)
                    .orElseThrow();
            assertThat(ended.readToEnd()).isEmpty();
            assertThat(WIRE.metrics())
                    .contains("portcullis_upstream_failures_total{reason=\"withheld\",upstream=\"demo\"} 1.0");
        }
        await().atMost(PATIENCE).until(() -> passes(call("good", 100)));
    }

    @Test
    @DisplayName("an event counts until it is whole")
    void events() {
        try (RawConnection client = WIRE.connect().write(WIRE.post(LISTS))) {
            RawConnection upstream = answering();
            upstream.write(OK + "text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.readHead();
            for (int i = 0; i < 20; i++) {
                String event = "data: " + "x".repeat(30_000);
                upstream.writeChunk(event);
                upstream.writeChunk("\n\n");
                assertThat(client.readChunk()).isEqualTo(event + "\n\n");
            }
            upstream.writeChunk("data: " + "x".repeat(120_000));
            await().atMost(PATIENCE).until(() -> isRefused(call("good", 80)));
        }
        await().atMost(PATIENCE).until(() -> passes(call("good", 100)));
    }

    @Test
    @DisplayName("large messages are judged like small ones")
    void largeMessages() {
        assertThat(passes(call("good", 100))).isTrue();
        try (RawConnection client = WIRE.connect().write(WIRE.post(call("bad", 100)))) {
            Head head = client.readHead();
            assertThat(head.status()).isEqualTo(403);
            assertThat(new JsonObject(client.readBody(head))
                            .getJsonObject("error")
                            .getInteger("code"))
                    .isEqualTo(403);
        }
        try (RawConnection client = WIRE.connect().write(WIRE.post(call("good", 100) + "}"))) {
            assertThat(client.readHead().status()).isEqualTo(400);
        }
    }

    private static RawConnection unfinished(String body) {
        return WIRE.connect()
                .write(WIRE.head("POST") + "Content-Type: application/json\r\nContent-Length: " + (body.length() + 2)
                        + "\r\n\r\n" + body);
    }

    private static RawConnection answering() {
        RawConnection upstream = WIRE.upstream().accept();
        upstream.readBody(upstream.readHead());
        return upstream;
    }

    /** By a body of its own that is not whole, so that one which is taken goes nowhere. */
    private static boolean isRefused(String body) {
        try (RawConnection client = unfinished(body)) {
            if (client.isSilentFor(MOMENT)) {
                return false;
            }
            Head head = client.readHead();
            return head.status() == 429
                    && head.header("retry-after").equals("1")
                    && new JsonObject(client.readBody(head)).getString("error").equals("too_many_requests");
        }
    }

    private static boolean passes(String body) {
        WIRE.upstream().forget();
        try (RawConnection client = WIRE.connect().write(WIRE.post(body))) {
            return WIRE.upstream()
                    .accept(Duration.ofSeconds(1))
                    .map(upstream -> {
                        upstream.readBody(upstream.readHead());
                        upstream.write(NO_CONTENT);
                        return client.readHead().status() == 202;
                    })
                    .orElse(false);
        }
    }

    private static String call(String tool, int kibibytes) {
        return new JsonObject()
                .put("jsonrpc", "2.0")
                .put("id", 7)
                .put("method", "tools/call")
                .put(
                        "params",
                        new JsonObject()
                                .put("name", tool)
                                .put("arguments", new JsonObject().put("text", "x".repeat(kibibytes * 1024))))
                .encode();
    }
}
