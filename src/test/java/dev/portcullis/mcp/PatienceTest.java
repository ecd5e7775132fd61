package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.RawConnection;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How long the gateway waits for an upstream, and what it waits for. */
@DisplayName("The gateway's patience")
class PatienceTest {
    private static final String STREAM_HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String[] LISTEN = {"MCP-Protocol-Version: 2026-07-28", "Mcp-Method: subscriptions/listen"};

    @Test
    @DisplayName("with an upstream that accepts no connection ends with connectTimeout, in 502 (GW-18)")
    void connecting() throws IOException {
        // A server that accepts nothing, with its queue of connections full: the next SYN is dropped.
        List<Socket> queued = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1)) {
            for (int i = 0; i < 4; i++) {
                Socket socket = new Socket();
                queued.add(socket);
                try {
                    socket.connect(new InetSocketAddress("localhost", full.getLocalPort()), 200);
                } catch (IOException isFull) {
                    break;
                }
            }
            try (Wire wire = new Wire(demo -> demo.put("url", "http://localhost:" + full.getLocalPort() + "/mcp")
                            .put("connectTimeout", "300ms"));
                    RawConnection client = wire.connect().write(wire.post("{}"))) {
                assertThat(client.isSilentFor(Duration.ofMillis(150))).isTrue();
                assertThat(client.readHead().status()).isEqualTo(502);
            }
        } finally {
            for (Socket socket : queued) {
                socket.close();
            }
        }
    }

    @Test
    @DisplayName(
            "with an answer that stops in its middle ends with idleTimeout, and the client sees that it is not whole")
    void idleAnswers() {
        try (Wire wire = new Wire(demo -> demo.put("idleTimeout", "500ms"));
                RawConnection client = wire.connect().write(wire.post("{}"))) {
            RawConnection upstream = wire.upstream().accept();
            upstream.readBody(upstream.readHead());
            upstream.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 4; i++) {
                upstream.writeChunk("[");
                if (i == 0) {
                    client.readHead();
                }
                assertThat(client.readChunk()).isEqualTo("[");
                assertThat(client.isSilentFor(Duration.ofMillis(250))).isTrue();
            }
            assertThat(client.readToEnd()).doesNotContain("0\r\n\r\n");
            upstream.awaitEnd();
        }
    }

    @Test
    @DisplayName("with a silent event stream has no end, unless streamIdleTimeout sets one (TR-4, TR-13)")
    void idleStreams() {
        try (Wire wire = new Wire(demo -> demo.put("idleTimeout", "200ms").put("responseTimeout", "200ms"));
                RawConnection client = wire.connect().write(wire.post("{}", LISTEN))) {
            RawConnection upstream = wire.upstream().accept();
            upstream.readBody(upstream.readHead());
            upstream.write(STREAM_HEAD);
            assertThat(client.readHead().status()).isEqualTo(200);
            assertThat(client.isSilentFor(Duration.ofSeconds(1))).isTrue();
            upstream.writeChunk("data: late\n\n");
            assertThat(client.readChunk()).isEqualTo("data: late\n\n");
        }
        try (Wire wire = new Wire(demo -> demo.put("streamIdleTimeout", "300ms"));
                RawConnection client = wire.connect().write(wire.head("GET") + "\r\n")) {
            RawConnection upstream = wire.upstream().accept();
            upstream.readHead();
            upstream.write(STREAM_HEAD);
            assertThat(client.readHead().status()).isEqualTo(200);
            client.readToEnd();
            upstream.awaitEnd();
        }
    }

    @Test
    @DisplayName("with a client that does not go on with its body ends in 408, and is not held against the upstream")
    void stalledUploads() {
        try (Wire wire = new Wire(
                demo -> demo.put("responseTimeout", "400ms").put("health", new JsonObject().put("failures", 1)))) {
            for (String framing :
                    List.of("Content-Length: 100", "Content-Length: 100000", "Transfer-Encoding: chunked")) {
                try (RawConnection client = wire.connect().write(wire.head("POST", framing) + "\r\n5\r\nhello\r\n")) {
                    wire.upstream().accept().readHead();
                    RawConnection.Head head = client.readHead();
                    assertThat(head.status()).as(framing).isEqualTo(408);
                    assertThat(client.readBody(head)).contains("request_timeout");
                    assertThat(client.awaitEnd()).isLessThan(Duration.ofSeconds(5));
                }
                wire.upstream().forget();
            }
            assertThat(wire.metrics())
                    .contains("portcullis_upstream_failures_total{reason=\"timeout\",upstream=\"demo\"} 0.0")
                    .contains("portcullis_upstream_endpoints{state=\"ejected\",upstream=\"demo\"} 0.0");
        }
    }

    @Test
    @DisplayName("with an upstream that does not take the body ends with responseTimeout")
    void unreadUploads() {
        byte[] body = new byte[128 * 1024 * 1024];
        try (Wire wire = new Wire(demo -> demo.put("responseTimeout", "1500ms")
                        .put("limits", new JsonObject().put("maxBody", "256MiB")));
                RawConnection client =
                        wire.connect().write(wire.head("POST", "Content-Length: " + body.length) + "\r\n")) {
            Thread writer = new Thread(() -> client.write(body), "writes-more-than-anybody-takes");
            // Its connection ends while it writes.
            writer.setUncaughtExceptionHandler((thread, failure) -> {});
            writer.setDaemon(true);
            writer.start();
            await().untilAsserted(() -> assertThat(wire.metrics())
                    .contains("portcullis_upstream_failures_total{reason=\"timeout\",upstream=\"demo\"} 1.0"));
        }
    }

    @Test
    @DisplayName("is not used up by a client that does not read")
    void slowReaders() {
        try (Wire wire = new Wire(demo -> demo.put("idleTimeout", "300ms"));
                RawConnection client = wire.connect().write(wire.post("{}"))) {
            RawConnection upstream = wire.upstream().accept();
            upstream.readBody(upstream.readHead());
            int length = 64 * 1024 * 1024;
            upstream.write(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + length + "\r\n\r\n");
            Thread writer = new Thread(() -> upstream.write(new byte[length]), "writes-more-than-all-buffers-hold");
            writer.setDaemon(true);
            writer.start();
            client.readHead();
            client.skip(1024);
            // Far longer than the limit, with the upstream held back by the client all the while.
            pause(Duration.ofMillis(1500));
            client.skip(length - 1024);
        }
    }

    @Test
    @DisplayName("with a client that takes nothing of its answer ends with clientIdleTimeout, for streams too")
    void clientsThatDoNotRead() {
        String[] heads = {
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 67108864\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 67108864\r\n\r\n"
        };
        try (Wire wire = new Wire(demo -> demo.put("clientIdleTimeout", "700ms").put("idleTimeout", "10s"))) {
            for (String head : heads) {
                RawConnection client = wire.connect().write(wire.post("{}"));
                RawConnection upstream = wire.upstream().accept();
                upstream.readBody(upstream.readHead());
                upstream.write(head);
                assertThatThrownBy(() -> upstream.write(new byte[64 * 1024 * 1024]))
                        .isInstanceOf(UncheckedIOException.class);
                // Its place is free again, and its connection goes.
                await().untilAsserted(() -> assertThat(wire.metrics())
                        .contains("portcullis_http_open{route=\"/{name}/mcp\",upstream=\"demo\"} 0.0"));
                client.awaitEnd();
                client.close();
                wire.upstream().forget();
            }
        }
    }

    @Test
    @DisplayName("with a queue for a connection ends with maxWait, in 503 with Retry-After")
    void queueing() {
        try (Wire wire = new Wire(demo ->
                        demo.put("maxConnections", 1).put("maxWait", "200ms").put("connectTimeout", "100ms"));
                RawConnection running = wire.connect().write(wire.post("{}"))) {
            wire.upstream().accept().readHead();
            try (RawConnection waiting = wire.connect().write(wire.post("{}"))) {
                RawConnection.Head head = waiting.readHead();
                assertThat(head.status()).isEqualTo(503);
                assertThat(head.header("retry-after")).isEqualTo("1");
            }
            assertThat(running.isSilentFor(Duration.ofMillis(100))).isTrue();
        }
    }

    @Test
    @DisplayName(
            "with idle connections ends with keepAlive, before a server with less of it closes them under a call (GW-20)")
    void idleConnections() {
        try (Wire wire = new Wire(demo -> demo.put("keepAlive", "600ms"));
                RawConnection client = wire.connect().write(wire.post("{}"))) {
            RawConnection first = wire.upstream().accept();
            accept(first, client);
            client.write(wire.post("{}"));
            accept(first, client);
            pause(Duration.ofMillis(700));
            client.write(wire.post("{}"));
            RawConnection second = wire.upstream().accept();
            accept(second, client);
            first.awaitEnd();
        }
    }

    @Test
    @DisplayName("is not taken from calls by streams: these have connections of their own")
    void pools() {
        try (Wire wire = new Wire(demo -> demo.put("maxConnections", 2).put("maxWaiting", 1));
                RawConnection listening = wire.connect().write(wire.post("{}", LISTEN));
                RawConnection getting = wire.connect().write(wire.head("GET") + "\r\n")) {
            RawConnection first = wire.upstream().accept();
            RawConnection second = wire.upstream().accept();
            first.readHead();
            second.readHead();
            try (RawConnection one = wire.connect().write(wire.post("{}"));
                    RawConnection two = wire.connect().write(wire.post("{}"))) {
                // Both first: the connection of one that was answered could serve the other.
                List<RawConnection> calls =
                        List.of(wire.upstream().accept(), wire.upstream().accept());
                for (RawConnection upstream : calls) {
                    upstream.readBody(upstream.readHead());
                    upstream.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
                }
                assertThat(one.readHead().status()).isEqualTo(202);
                assertThat(two.readHead().status()).isEqualTo(202);
            }
            assertThat(listening.isSilentFor(Duration.ofMillis(50))).isTrue();
            assertThat(getting.isSilentFor(Duration.ofMillis(50))).isTrue();
        }
    }

    @Test
    @DisplayName("with users who open stream after stream ends at streamsPerUser, in 429; their calls go on (TR-13)")
    void streamQuota() {
        try (Wire wire = new Wire(demo -> demo.put("limits", new JsonObject().put("streamsPerUser", 1)));
                RawConnection listening = wire.connect().write(wire.post("{}", LISTEN))) {
            RawConnection stream = wire.upstream().accept();
            stream.readBody(stream.readHead());
            stream.write(STREAM_HEAD);
            listening.readHead();
            for (String another : List.of(wire.post("{}", LISTEN), wire.head("GET") + "\r\n")) {
                try (RawConnection refused = wire.connect().write(another)) {
                    RawConnection.Head head = refused.readHead();
                    assertThat(head.status()).isEqualTo(429);
                    assertThat(head.header("retry-after")).isEqualTo("1");
                }
            }
            try (RawConnection call = wire.connect().write(wire.post("{}"))) {
                RawConnection upstream = wire.upstream().accept();
                upstream.readBody(upstream.readHead());
                upstream.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
                assertThat(call.readHead().status()).isEqualTo(202);
            }
        }
    }

    private static void accept(RawConnection upstream, RawConnection client) {
        upstream.readBody(upstream.readHead());
        // What the server says of its own patience is longer.
        upstream.write("HTTP/1.1 202 Accepted\r\nKeep-Alive: timeout=5\r\nContent-Length: 0\r\n\r\n");
        assertThat(client.readHead().status()).isEqualTo(202);
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }
}
