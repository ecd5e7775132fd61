package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.RawConnection;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages that two parsers could read differently go no further (RFC 9112 §2.2, §3.2, §5, §6, §7.1, §11.2). */
@DisplayName("A request that two parsers could read differently")
class RequestSmugglingTest {
    private static final String BODY = "{\"jsonrpc\":\"2.0\",\"method\":\"ping\"}";
    private static final Duration LONG_ENOUGH = Duration.ofMillis(100);

    @RegisterExtension
    private static final Wire WIRE = new Wire();

    static Stream<Map.Entry<String, String>> catalogue() {
        String head = "POST /demo/mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer TOKEN\r\n";
        String chunked = "Transfer-Encoding: chunked\r\n";
        String length = "Content-Length: " + BODY.length() + "\r\n";
        String chunk = Integer.toHexString(BODY.length()) + "\r\n" + BODY + "\r\n0\r\n\r\n";
        return Map.ofEntries(
                Map.entry("Content-Length and Transfer-Encoding", head + length + chunked + "\r\n" + chunk),
                Map.entry("Transfer-Encoding and Content-Length", head + chunked + length + "\r\n" + chunk),
                Map.entry("two different Content-Lengths", head + length + "Content-Length: 3\r\n\r\n" + BODY),
                Map.entry("the same Content-Length twice", head + length + length + "\r\n" + BODY),
                Map.entry("a list of Content-Lengths", head + length.trim() + ", 3\r\n\r\n" + BODY),
                Map.entry("a signed Content-Length", head + "Content-Length: +" + BODY.length() + "\r\n\r\n" + BODY),
                Map.entry("a negative Content-Length", head + "Content-Length: -1\r\n\r\n" + BODY),
                Map.entry("a hexadecimal Content-Length", head + "Content-Length: 0x22\r\n\r\n" + BODY),
                Map.entry("a Content-Length with a space", head + "Content-Length: 3 4\r\n\r\n" + BODY),
                Map.entry("an empty Content-Length", head + "Content-Length:\r\n\r\n"),
                Map.entry("an endless Content-Length", head + "Content-Length: 99999999999999999999\r\n\r\n" + BODY),
                Map.entry("a coding that is not chunked", head + "Transfer-Encoding: gzip\r\n\r\n" + chunk),
                Map.entry("chunked before another coding", head + "Transfer-Encoding: chunked, gzip\r\n\r\n" + chunk),
                Map.entry("another coding before chunked", head + "Transfer-Encoding: gzip, chunked\r\n\r\n" + chunk),
                Map.entry("chunked twice", head + "Transfer-Encoding: chunked, chunked\r\n\r\n" + chunk),
                Map.entry("chunked in two headers", head + chunked + chunked + "\r\n" + chunk),
                Map.entry("identity", head + "Transfer-Encoding: identity\r\n" + length + "\r\n" + BODY),
                Map.entry("chunked with a control", head + "Transfer-Encoding: \u000bchunked\r\n\r\n" + chunk),
                Map.entry("xchunked", head + "Transfer-Encoding: xchunked\r\n\r\n" + chunk),
                Map.entry("chunked in HTTP/1.0", head.replace("HTTP/1.1", "HTTP/1.0") + chunked + "\r\n" + chunk),
                Map.entry(
                        "a space before the colon", head + "Transfer-Encoding : chunked\r\n" + length + "\r\n" + BODY),
                Map.entry("a folded first header", "POST /demo/mcp HTTP/1.1\r\n Host: x\r\n" + length + "\r\n" + BODY),
                Map.entry("a header without a colon", head + "Transfer-Encoding\r\n" + length + "\r\n" + BODY),
                Map.entry("a header without a name", head + ": x\r\n" + length + "\r\n" + BODY),
                Map.entry(
                        "a bare CR in a header",
                        head + "X-A: b\rTransfer-Encoding: chunked\r\n" + length + "\r\n" + BODY),
                Map.entry("a bare LF in a header", head + "X-A: b\nX-C: d\r\n" + length + "\r\n" + BODY),
                Map.entry("a NUL in a header", head + "X-A: b\u0000c\r\n" + length + "\r\n" + BODY),
                Map.entry("a bare LF after the head", head.replace("\r\n", "\n") + length.trim() + "\n\n" + BODY),
                Map.entry("a chunk size that is no number", head + chunked + "\r\nzz\r\n" + BODY + "\r\n0\r\n\r\n"),
                Map.entry("a negative chunk size", head + chunked + "\r\n-1\r\n" + BODY + "\r\n0\r\n\r\n"),
                Map.entry("a prefixed chunk size", head + chunked + "\r\n0x21\r\n" + BODY + "\r\n0\r\n\r\n"),
                Map.entry(
                        "an overflowing chunk size",
                        head + chunked + "\r\nffffffff00000021\r\n" + BODY + "\r\n0\r\n\r\n"),
                Map.entry("a chunk that is too long", head + chunked + "\r\n3\r\n" + BODY + "\r\n0\r\n\r\n"),
                Map.entry("a chunk size ended by a bare LF", head + chunked + "\r\n21\n" + BODY + "\r\n0\r\n\r\n"),
                Map.entry(
                        "a bare LF in a chunk extension", head + chunked + "\r\n21;a\nb\r\n" + BODY + "\r\n0\r\n\r\n"),
                Map.entry("a chunk ended by a bare LF", head + chunked + "\r\n21\r\n" + BODY + "\n0\r\n\r\n"),
                Map.entry("no Host", head.replace("Host: localhost\r\n", "") + length + "\r\n" + BODY),
                Map.entry("two Hosts", head + "Host: evil.example\r\n" + length + "\r\n" + BODY),
                Map.entry("a Host that is none", head.replace("localhost", "a/b@c") + length + "\r\n" + BODY),
                Map.entry(
                        "an absolute target",
                        head.replace("/demo/mcp", "http://evil.example/demo/mcp") + length + "\r\n" + BODY),
                Map.entry("an asterisk target", head.replace("/demo/mcp", "*") + length + "\r\n" + BODY),
                Map.entry("an authority target", head.replace("/demo/mcp", "localhost:80") + length + "\r\n" + BODY),
                Map.entry(
                        "a target with a fragment", head.replace("/demo/mcp", "/demo/mcp#x") + length + "\r\n" + BODY),
                Map.entry("a space in the target", head.replace("/demo/mcp", "/demo/mcp /x") + length + "\r\n" + BODY),
                Map.entry("another protocol", head.replace("HTTP/1.1", "HTTP/1.2") + length + "\r\n" + BODY),
                Map.entry("a control before the request line", "\u0001" + head + length + "\r\n" + BODY))
                .entrySet()
                .stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("catalogue")
    void isNotRelayedAndTheConnectionEnds(Map.Entry<String, String> trick) {
        try (RawConnection client = WIRE.connect()) {
            client.write(trick.getValue().replace("TOKEN", WIRE.token()));
            String answer = client.readToEnd();
            assertThat(answer).doesNotContainPattern("HTTP/1.. [23]").doesNotContainPattern("(?s)HTTP/1.*HTTP/1");
            // What began before the trick showed never becomes a whole request.
            WIRE.upstream()
                    .accept(LONG_ENOUGH)
                    .filter(relayed -> !relayed.isSilentFor(LONG_ENOUGH))
                    .ifPresent(relayed -> assertThat(relayed.readToEnd())
                            .doesNotContain("\r\n0\r\n")
                            .doesNotContain(BODY));
        }
    }

    @Test
    void thatIsAFoldedHeaderReachesTheUpstreamAsOneLine() {
        // RFC 9112 §5.2 lets a server replace the fold by spaces.
        try (RawConnection client = WIRE.connect()) {
            client.write(WIRE.head("POST", "X-A: b\r\n Transfer-Encoding: chunked", "Content-Length: 2") + "\r\n{}");
            RawConnection upstream = WIRE.upstream().accept();
            RawConnection.Head head = upstream.readHead();
            assertThat(head.header("x-a")).isEqualTo("b Transfer-Encoding: chunked");
            assertThat(head.header("content-length")).isEqualTo("2");
            assertThat(head.has("transfer-encoding")).isFalse();
            upstream.close();
        }
    }

    @Test
    void thatIsAnAnswerTwoParsersCouldReadDifferentlyIsNotRelayed() {
        for (String framing : new String[] {
            "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            "Content-Length: 2\r\nContent-Length: 20\r\n\r\n{}",
            "Content-Length: -2\r\n\r\n{}",
            "X-A: b\u0000\r\nContent-Length: 2\r\n\r\n{}"
        }) {
            WIRE.upstream().forget();
            try (RawConnection client = WIRE.connect()) {
                client.write(WIRE.post(BODY));
                RawConnection upstream = WIRE.upstream().accept();
                upstream.readHead();
                upstream.write("HTTP/1.1 200 OK\r\n" + framing);
                assertThat(client.readHead().status()).as(framing).isEqualTo(502);
            }
        }
    }
}
