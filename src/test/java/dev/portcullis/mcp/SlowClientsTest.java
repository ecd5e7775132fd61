package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.RawConnection.Head;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Without a token anybody can connect and wait; with one, streams wait for hours. */
@DisplayName("A client that takes its time")
class SlowClientsTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    @RegisterExtension
    private static final Wire WIRE = new Wire(
            demo -> {},
            configuration -> configuration.put(
                    "http",
                    new JsonObject()
                            .put("headTimeout", "600ms")
                            .put("bodyTimeout", "600ms")
                            .put("keepAlive", "2s")));

    @Test
    @DisplayName("with the head of its request is cut off, though a byte comes now and then")
    void heads() {
        for (String url : List.of(WIRE.world().url(), WIRE.management())) {
            try (RawConnection silent = RawConnection.to(url);
                    RawConnection dripping =
                            RawConnection.to(url).write("GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ")) {
                assertThat(silent.awaitEnd()).as(url).isLessThan(SOON);
                await().atMost(SOON).pollInterval(Duration.ofMillis(100)).until(() -> {
                    try {
                        dripping.write("a");
                        return false;
                    } catch (java.io.UncheckedIOException e) {
                        return true;
                    }
                });
            }
        }
    }

    @Test
    @DisplayName("with the body of a form gets 408, and the connection ends")
    void bodies() {
        for (String path : List.of("/token", "/register", "/revoke", "/consent")) {
            for (String framing : List.of("Content-Length: 100", "Transfer-Encoding: chunked")) {
                try (RawConnection client = WIRE.connect()
                        .write("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                                + (path.equals("/register") ? "application/json" : "application/x-www-form-urlencoded")
                                + "\r\n" + framing + "\r\n\r\n5\r\na=b&c\r\n")) {
                    Head head = client.readHead();
                    assertThat(head.status()).as(path).isEqualTo(408);
                    assertThat(client.readBody(head)).contains("did not come in time");
                    assertThat(client.awaitEnd()).isLessThan(SOON);
                }
            }
        }
    }

    @Test
    @DisplayName("to send the rest of what was answered already is cut off")
    void restsOfBodies() {
        try (RawConnection client = WIRE.connect()
                .write("GET /.well-known/jwks.json HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhello")) {
            client.readBody(client.readHead());
            assertThat(client.awaitEnd()).isLessThan(SOON);
        }
    }

    @Test
    @DisplayName("between its requests is cut off, and not before")
    void idleConnections() {
        for (String url : List.of(WIRE.world().url() + "/", WIRE.management() + "/health/live")) {
            try (RawConnection client = RawConnection.to(url)) {
                String get = "GET " + url.substring(url.indexOf('/', 8)) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
                for (int i = 0; i < 3; i++) {
                    client.write(get);
                    Head head = client.readHead();
                    assertThat(head.status()).isEqualTo(200);
                    client.readBody(head);
                    assertThat(client.isSilentFor(Duration.ofMillis(300)))
                            .as(url + i)
                            .isTrue();
                }
                assertThat(client.awaitEnd()).isLessThan(SOON);
            }
        }
    }

    @Test
    @DisplayName("because it waits for an answer or for events may do so for longer than all of that (TR-4)")
    void waiting() {
        try (RawConnection stream = WIRE.connect().write(WIRE.head("GET", "Accept: text/event-stream") + "\r\n")) {
            RawConnection events = WIRE.upstream().accept();
            events.readHead();
            events.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            assertThat(stream.readHead().status()).isEqualTo(200);
            try (RawConnection call = WIRE.connect().write(WIRE.post("{}"))) {
                RawConnection upstream = WIRE.upstream().accept();
                upstream.readBody(upstream.readHead());
                assertThat(call.isSilentFor(Duration.ofMillis(3500))).isTrue();
                upstream.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
                assertThat(call.readHead().status()).isEqualTo(202);
            }
            assertThat(stream.isSilentFor(Duration.ofMillis(200))).isTrue();
            events.writeChunk("data: late\n\n");
            assertThat(stream.readChunk()).isEqualTo("data: late\n\n");
        }
    }
}
