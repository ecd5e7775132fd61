package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.RawConnection;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * A client opens the stream of its session and goes on without waiting for it, as the official ones do. Where its call arrives before the
 * stream, what the upstream asks it in return is lost.
 */
@DisplayName("A call that a client sends behind the GET of its session")
class StreamOpeningsTest {
    private static final String STREAM_HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final Duration A_WHILE = Duration.ofMillis(150);

    @Test
    @DisplayName("reaches the upstream when that has answered the GET, on whichever connections they come (TR-16)")
    void order() {
        try (Wire wire = withHeadStart("10s")) {
            String session = begin(wire);
            // So many that they are on different event loops, too.
            for (int i = 0; i < 8; i++) {
                try (RawConnection stream = wire.connect().write(get(wire, session));
                        RawConnection listening = wire.upstream().accept()) {
                    assertThat(listening.readHead().line()).startsWith("GET ");
                    try (RawConnection client = wire.connect().write(post(wire, session))) {
                        assertThat(wire.upstream().accept(A_WHILE)).isEmpty();
                        listening.write(STREAM_HEAD);
                        assertThat(stream.readHead().status()).isEqualTo(200);
                        answer(wire);
                        assertThat(client.readHead().status()).isEqualTo(200);
                    }
                }
            }
        }
    }

    @Test
    @DisplayName("goes on when the GET is refused, or its client leaves")
    void given() {
        try (Wire wire = withHeadStart("10s")) {
            String session = begin(wire);
            try (RawConnection stream = wire.connect().write(get(wire, session));
                    RawConnection listening = wire.upstream().accept()) {
                listening.readHead();
                try (RawConnection client = wire.connect().write(post(wire, session))) {
                    listening.write(
                            "HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
                    assertThat(stream.readHead().status()).isEqualTo(405);
                    answer(wire);
                    assertThat(client.readHead().status()).isEqualTo(200);
                }
            }
            RawConnection leaving = wire.connect().write(get(wire, session));
            wire.upstream().accept().readHead();
            try (RawConnection client = wire.connect().write(post(wire, session))) {
                assertThat(wire.upstream().accept(A_WHILE)).isEmpty();
                leaving.hangUp();
                answer(wire);
                assertThat(client.readHead().status()).isEqualTo(200);
            }
        }
    }

    @Test
    @DisplayName("waits no longer than streamHeadStart for a GET that is not answered, which goes on")
    void bound() {
        try (Wire wire = withHeadStart("600ms")) {
            String session = begin(wire);
            try (RawConnection stream = wire.connect().write(get(wire, session));
                    RawConnection listening = wire.upstream().accept()) {
                listening.readHead();
                try (RawConnection client = wire.connect().write(post(wire, session))) {
                    assertThat(wire.upstream().accept(A_WHILE)).isEmpty();
                    answer(wire);
                    assertThat(client.readHead().status()).isEqualTo(200);
                }
                listening.write(STREAM_HEAD);
                assertThat(stream.readHead().status()).isEqualTo(200);
            }
        }
    }

    @Test
    @DisplayName("waits for no other session, and for nothing where streamHeadStart is 0s")
    void others() {
        try (Wire wire = withHeadStart("10s")) {
            String session = begin(wire);
            String other = begin(wire);
            assertThatNothingHolds(wire, session, other);
        }
        try (Wire wire = withHeadStart("0s")) {
            String session = begin(wire);
            assertThatNothingHolds(wire, session, session);
        }
    }

    private static void assertThatNothingHolds(Wire wire, String listener, String caller) {
        try (RawConnection stream = wire.connect().write(get(wire, listener));
                RawConnection listening = wire.upstream().accept()) {
            listening.readHead();
            try (RawConnection client = wire.connect().write(post(wire, caller))) {
                answer(wire);
                assertThat(client.readHead().status()).isEqualTo(200);
            }
        }
    }

    private static Wire withHeadStart(String duration) {
        return new Wire(demo -> demo.put("streamHeadStart", duration));
    }

    /** A new session, as the client knows it. */
    private static String begin(Wire wire) {
        try (RawConnection client = wire.connect().write(wire.post("{}"))) {
            answer(wire);
            return client.readHead().header("mcp-session-id");
        }
    }

    private static String get(Wire wire, String session) {
        return wire.head("GET", "Mcp-Session-Id: " + session) + "\r\n";
    }

    private static String post(Wire wire, String session) {
        return wire.post("{}", "Mcp-Session-Id: " + session);
    }

    /** Answers the next call on a connection of its own. */
    private static void answer(Wire wire) {
        RawConnection upstream = wire.upstream().accept();
        upstream.readBody(upstream.readHead());
        upstream.write("HTTP/1.1 200 OK\r\nMcp-Session-Id: one\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
        upstream.hangUp();
    }
}
