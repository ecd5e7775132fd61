package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.RawConnection.Head;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes and framing of one exchange, both ways. */
@DisplayName("An exchange")
class RelayTest {
    private static final Duration MOMENT = Duration.ofMillis(150);

    @RegisterExtension
    private static final Wire WIRE = new Wire(upstream -> upstream.put("responseTimeout", "700ms"));

    @Test
    @DisplayName("passes JSON both ways as it is (TR-3)")
    void passesJson() {
        String question = "{\"jsonrpc\": \"2.0\",  \"id\":1e0, \"method\":\"\\u0070ing\"}\n";
        String answer = "{ \"result\":{},\"id\":1e0,\"jsonrpc\":\"2.0\"}\r\n";
        try (RawConnection client = WIRE.connect().write(WIRE.post(question))) {
            RawConnection upstream = WIRE.upstream().accept();
            Head head = upstream.readHead();
            assertThat(head.line()).isEqualTo("POST /mcp HTTP/1.1");
            assertThat(head.header("content-length")).isEqualTo(String.valueOf(question.length()));
            assertThat(head.has("transfer-encoding")).isFalse();
            assertThat(upstream.readBody(head)).isEqualTo(question);
            upstream.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + answer.length()
                    + "\r\n\r\n" + answer);
            Head answered = client.readHead();
            assertThat(answered.status()).isEqualTo(200);
            assertThat(answered.header("content-type")).isEqualTo("application/json");
            assertThat(answered.header("content-length")).isEqualTo(String.valueOf(answer.length()));
            assertThat(client.readBody(answered)).isEqualTo(answer);
        }
    }

    @Test
    @DisplayName("passes each event at once, and its bytes as they are (TR-4, TR-5)")
    void passesEvents() {
        try (RawConnection client = WIRE.connect().write(WIRE.post("{}"))) {
            RawConnection upstream = WIRE.upstream().accept();
            upstream.readHead();
            upstream.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            Head head = client.readHead();
            assertThat(head.header("transfer-encoding")).isEqualTo("chunked");
            assertThat(head.header("x-accel-buffering")).isEqualTo("no");
            for (String event :
                    new String[] {":\r\n\r\n", "id: 1\ndata:\n\n", "retry: 10\n\n", "data: a\rdata: b\r\r"}) {
                upstream.writeChunk(event);
                assertThat(client.readChunk()).isEqualTo(event);
            }
            upstream.write("0\r\n\r\n");
            assertThat(client.readChunk()).isEmpty();
        }
    }

    @Test
    @DisplayName("of GET streams, with Accept and Last-Event-ID (TR-16, TR-22)")
    void passesGetStreams() {
        try (RawConnection client =
                WIRE.connect().write(WIRE.head("GET", "Accept: text/event-stream", "Last-Event-ID: 7/a=") + "\r\n")) {
            RawConnection upstream = WIRE.upstream().accept();
            Head head = upstream.readHead();
            assertThat(head.line()).isEqualTo("GET /mcp HTTP/1.1");
            assertThat(head.header("accept")).isEqualTo("text/event-stream");
            assertThat(head.header("last-event-id")).isEqualTo("7/a=");
            assertThat(head.has("content-length")).isFalse();
            assertThat(head.has("transfer-encoding")).isFalse();
            upstream.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: x\n\n");
            Head answered = client.readHead();
            assertThat(answered.status()).isEqualTo(200);
            assertThat(client.readChunk()).isEqualTo("data: x\n\n");
        }
    }

    @Test
    @DisplayName("of DELETE, without a body (TR-16)")
    void passesDelete() {
        try (RawConnection client = WIRE.connect().write(WIRE.head("DELETE") + "\r\n")) {
            RawConnection upstream = WIRE.upstream().accept();
            assertThat(upstream.readHead().line()).isEqualTo("DELETE /mcp HTTP/1.1");
            upstream.write("HTTP/1.1 405 Method Not Allowed\r\nAllow: POST\r\nContent-Length: 0\r\n\r\n");
            Head answered = client.readHead();
            assertThat(answered.status()).isEqualTo(405);
            assertThat(answered.header("allow")).isEqualTo("POST");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "PUT", "PATCH", "PROPFIND"})
    @DisplayName("has one of MCP's methods, or is refused without reaching the upstream")
    void otherMethodsAreRefused(String method) {
        try (RawConnection client = WIRE.connect().write(WIRE.head(method) + "\r\n")) {
            Head answered = client.readHead();
            assertThat(answered.status()).isEqualTo(405);
            assertThat(answered.header("allow")).contains("POST", "GET", "DELETE");
            assertThat(WIRE.upstream().accept(MOMENT)).isEmpty();
        }
    }

    @Test
    @DisplayName("with a chunked body stays chunked")
    void passesChunkedBodies() {
        try (RawConnection client = WIRE.connect().write(WIRE.head("POST", "Transfer-Encoding: chunked") + "\r\n")) {
            client.writeChunk("{\"a\":");
            RawConnection upstream = WIRE.upstream().accept();
            Head head = upstream.readHead();
            assertThat(head.header("transfer-encoding")).isEqualTo("chunked");
            assertThat(head.has("content-length")).isFalse();
            assertThat(upstream.readChunk()).isEqualTo("{\"a\":");
            client.writeChunk("1}").write("0\r\n\r\n");
            assertThat(upstream.readChunk()).isEqualTo("1}");
            assertThat(upstream.readChunk()).isEmpty();
            upstream.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
            Head answered = client.readHead();
            assertThat(answered.status()).isEqualTo(202);
            assertThat(answered.header("content-length")).isEqualTo("0");
        }
    }

    @Test
    @DisplayName("keeps the connections on both sides for the next one")
    void keepsConnections() {
        try (RawConnection client = WIRE.connect().write(WIRE.post("{\"id\":1}"))) {
            RawConnection upstream = WIRE.upstream().accept();
            for (int id = 1; id <= 3; id++) {
                Head head = upstream.readHead();
                assertThat(upstream.readBody(head)).isEqualTo("{\"id\":" + id + "}");
                upstream.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + id);
                assertThat(client.readBody(client.readHead())).isEqualTo(String.valueOf(id));
                client.write(WIRE.post("{\"id\":" + (id + 1) + "}"));
            }
        }
    }

    @Test
    @DisplayName("that waits for 100 gets it once the token is good, and 103 passes (RFC 9110 §10.1.1, §15.2)")
    void passesInterimAnswers() {
        try (RawConnection client =
                WIRE.connect().write(WIRE.head("POST", "Expect: 100-continue", "Content-Length: 2") + "\r\n")) {
            assertThat(client.readHead().status()).isEqualTo(100);
            client.write("{}");
            RawConnection upstream = WIRE.upstream().accept();
            Head head = upstream.readHead();
            assertThat(head.has("expect")).isFalse();
            assertThat(upstream.readBody(head)).isEqualTo("{}");
            upstream.write("HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nSet-Cookie: a=b\r\n\r\n");
            Head hints = client.readHead();
            assertThat(hints.status()).isEqualTo(103);
            assertThat(hints.header("link")).isEqualTo("</a>; rel=preload");
            assertThat(hints.has("set-cookie")).isFalse();
            upstream.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
            Head answered = client.readHead();
            assertThat(answered.status()).isEqualTo(200);
            assertThat(client.readBody(answered)).isEqualTo("{}");
        }
    }

    @Test
    @DisplayName("that waits for 100 with a bad token is refused without being told to send (RS-6, RS-11)")
    void refusesBeforeTheBody() {
        try (RawConnection client =
                WIRE.connect().write(WIRE.bareHead("POST", "Expect: 100-continue\r\nContent-Length: 2\r\n") + "\r\n")) {
            assertThat(client.readHead().status()).isEqualTo(401);
            client.awaitEnd();
        }
    }

    @Test
    @DisplayName("has the length that a HEAD answer names, and no body")
    void passesHead() {
        try (RawConnection client = WIRE.connect().write(WIRE.head("HEAD") + "\r\n")) {
            RawConnection upstream = WIRE.upstream().accept();
            assertThat(upstream.readHead().line()).isEqualTo("HEAD /mcp HTTP/1.1");
            upstream.write("HTTP/1.1 200 OK\r\nContent-Length: 77\r\nContent-Type: application/json\r\n\r\n");
            Head answered = client.readHead();
            assertThat(answered.header("content-length")).isEqualTo("77");
            client.write(WIRE.post("{}"));
            upstream.readHead();
            upstream.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.readHead().status()).isEqualTo(202);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"204 No Content", "304 Not Modified"})
    @DisplayName("whose answer has no body keeps its framing (RFC 9112 §6.3)")
    void passesAnswersWithoutBody(String status) {
        try (RawConnection client = WIRE.connect().write(WIRE.post("{}"))) {
            RawConnection upstream = WIRE.upstream().accept();
            upstream.readBody(upstream.readHead());
            upstream.write("HTTP/1.1 " + status + "\r\nETag: \"x\"\r\n\r\n");
            Head answered = client.readHead();
            assertThat(answered.line()).endsWith(status);
            assertThat(answered.header("etag")).isEqualTo("\"x\"");
            assertThat(answered.has("transfer-encoding")).isFalse();
            assertThat(answered.header("content-length")).isIn("", "0");
            client.write(WIRE.post("{}"));
            upstream.readBody(upstream.readHead());
            upstream.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.readHead().status()).isEqualTo(202);
        }
    }

    @Test
    @DisplayName("passes trailers, though none that the header policy drops (RFC 9110 §6.5)")
    void passesTrailers() {
        try (RawConnection client = WIRE.connect().write(WIRE.post("{}"))) {
            RawConnection upstream = WIRE.upstream().accept();
            upstream.readHead();
            upstream.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n")
                    .writeChunk("{}")
                    .write("0\r\nX-Sum: 7\r\nSet-Cookie: a=b\r\n\r\n");
            Head answered = client.readHead();
            assertThat(client.readBody(answered)).isEqualTo("{}");
            assertThat(client.readLine()).isEqualTo("X-Sum: 7");
            assertThat(client.readLine()).isEmpty();
        }
    }

    @Test
    @DisplayName("with a client of HTTP/1.0 ends by the end of the connection (RFC 9112 §6.3)")
    void servesHttp10() {
        try (RawConnection client = WIRE.connect().write(WIRE.post("{}").replace("HTTP/1.1", "HTTP/1.0"))) {
            RawConnection upstream = WIRE.upstream().accept();
            assertThat(upstream.readHead().line()).endsWith("HTTP/1.1");
            upstream.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .writeChunk("data: 1\n\n")
                    .write("0\r\n\r\n");
            Head answered = client.readHead();
            assertThat(answered.has("transfer-encoding")).isFalse();
            assertThat(client.readToEnd()).isEqualTo("data: 1\n\n");
        }
    }

    @Test
    @DisplayName("answered before its body has ended passes the answer and ends the connection")
    void passesEarlyAnswers() {
        try (RawConnection client =
                WIRE.connect().write(WIRE.head("POST", "Content-Length: 1000000") + "\r\n" + "x".repeat(1000))) {
            RawConnection upstream = WIRE.upstream().accept();
            upstream.readHead();
            upstream.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnope");
            Head answered = client.readHead();
            assertThat(answered.status()).isEqualTo(403);
            assertThat(answered.header("connection")).isEqualTo("close");
            assertThat(client.readBody(answered)).isEqualTo("nope");
            client.awaitEnd();
        }
    }

    @Test
    @DisplayName("whose upstream says nothing is 504 in time (GW-18, SEC-8)")
    void timesOut() {
        try (RawConnection client = WIRE.connect().write(WIRE.post("{}"))) {
            RawConnection upstream = WIRE.upstream().accept();
            upstream.readHead();
            assertThat(client.readHead().status()).isEqualTo(504);
            upstream.awaitEnd();
        }
    }

    @Test
    @DisplayName("is not out of time while its body is under way, nor while its answer is")
    void slowIsNotSilent() {
        try (RawConnection client = WIRE.connect().write(WIRE.head("POST", "Content-Length: 10") + "\r\n")) {
            RawConnection upstream = WIRE.upstream().accept();
            for (int i = 0; i < 10; i++) {
                client.write("x");
                if (i == 0) {
                    upstream.readHead();
                }
                assertThat(upstream.read(1)).isEqualTo("x");
                assertThat(client.isSilentFor(MOMENT)).isTrue();
            }
            upstream.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{");
            assertThat(client.readHead().status()).isEqualTo(200);
            assertThat(client.read(1)).isEqualTo("{");
            assertThat(client.isSilentFor(Duration.ofSeconds(1))).isTrue();
            upstream.write("}");
            assertThat(client.read(1)).isEqualTo("}");
        }
    }
}
