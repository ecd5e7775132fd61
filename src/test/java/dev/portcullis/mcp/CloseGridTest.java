package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.RawConnection.Head;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Who leaves, how, and at what moment; what the other side must see, and that the gateway serves on. */
@DisplayName("When one side leaves")
class CloseGridTest {
    private static final String EVENTS = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";

    @RegisterExtension
    private static final Wire WIRE = new Wire();

    enum Side {
        CLIENT,
        UPSTREAM
    }

    enum How {
        CLOSE,
        RESET;

        void end(RawConnection connection) {
            if (this == CLOSE) {
                connection.close();
            } else {
                connection.reset();
            }
        }
    }

    enum Moment {
        WITHIN_A_BODY_OF_KNOWN_LENGTH(true),
        WITHIN_A_CHUNKED_BODY(true),
        BEFORE_THE_ANSWER(true),
        WITHIN_AN_ANSWER_OF_KNOWN_LENGTH(false),
        WITHIN_A_CHUNKED_ANSWER(false),
        WITHIN_IDLE_EVENTS(false);

        private final boolean unanswered;

        Moment(boolean unanswered) {
            this.unanswered = unanswered;
        }
    }

    static Stream<Arguments> grid() {
        List<Arguments> grid = new ArrayList<>();
        for (Side side : Side.values()) {
            for (How how : How.values()) {
                for (Moment moment : Moment.values()) {
                    grid.add(Arguments.of(side, how, moment));
                }
            }
        }
        return grid.stream();
    }

    @ParameterizedTest(name = "{0}, {1}, {2}")
    @MethodSource("grid")
    @DisplayName("the other side learns it (TR-12)")
    void theOtherSideLearnsIt(Side side, How how, Moment moment) {
        try (RawConnection client = WIRE.connect()) {
            RawConnection upstream = bringTo(client, moment);
            if (side == Side.CLIENT) {
                List<String> logged = whatIsLogged(() -> {
                    how.end(client);
                    assertThat(upstream.awaitEnd()).isLessThan(Duration.ofSeconds(1));
                });
                assertThat(logged).isEmpty();
            } else {
                how.end(upstream);
                if (moment.unanswered) {
                    assertThat(client.readHead().status()).isEqualTo(502);
                } else {
                    // Neither a last chunk nor the rest of the length: not whole.
                    assertThat(client.readToEnd()).doesNotContain("0\r\n\r\n").doesNotContain("HTTP/1.1");
                }
            }
        }
        stillServes();
    }

    @Test
    @DisplayName("the upstream's connection ends within 50 ms of the client's (TR-12)")
    void promptly() {
        List<Duration> taken = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            WIRE.upstream().forget();
            try (RawConnection client = WIRE.connect()) {
                RawConnection upstream = bringTo(client, Moment.WITHIN_IDLE_EVENTS);
                client.close();
                taken.add(upstream.awaitEnd());
            }
        }
        taken.sort(Duration::compareTo);
        assertThat(taken.get(taken.size() / 2)).isLessThan(Duration.ofMillis(50));
    }

    @Test
    @DisplayName("that was waiting for a connection, the upstream never hears of it")
    void aClientThatLeavesTheQueueIsForgotten() {
        try (Wire narrow = new Wire(upstream -> upstream.put("maxConnections", 1))) {
            try (RawConnection first = narrow.connect().write(narrow.post("{\"id\":1}"))) {
                RawConnection upstream = narrow.upstream().accept();
                upstream.readBody(upstream.readHead());
                RawConnection second = narrow.connect().write(narrow.post("{\"id\":2}"));
                assertThat(second.isSilentFor(Duration.ofMillis(200))).isTrue();
                // The gateway has closed its side: it knows that the client is gone.
                second.finish().awaitEnd();
                upstream.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
                assertThat(first.readHead().status()).isEqualTo(202);
                first.write(narrow.post("{\"id\":3}"));
                Head third = upstream.readHead();
                assertThat(upstream.readBody(third)).isEqualTo("{\"id\":3}");
            }
        }
    }

    @Test
    @DisplayName("an answer that ends cleanly before it is complete for MCP still ends cleanly (TR-23)")
    void aCleanEndStaysClean() {
        try (RawConnection client = WIRE.connect().write(WIRE.post("{}"))) {
            RawConnection upstream = WIRE.upstream().accept();
            upstream.readHead();
            upstream.write(EVENTS + "Transfer-Encoding: chunked\r\n\r\n")
                    .writeChunk("id: 1\ndata:\n\nretry: 5\n\n")
                    .write("0\r\n\r\n");
            upstream.close();
            assertThat(client.readBody(client.readHead())).isEqualTo("id: 1\ndata:\n\nretry: 5\n\n");
            assertThat(client.readLine()).isEmpty();
            assertThat(client.isSilentFor(Duration.ofMillis(100))).isTrue();
        }
    }

    private static RawConnection bringTo(RawConnection client, Moment moment) {
        switch (moment) {
            case WITHIN_A_BODY_OF_KNOWN_LENGTH:
                client.write(WIRE.head("POST", "Content-Length: 100") + "\r\n{\"a\":");
                break;
            case WITHIN_A_CHUNKED_BODY:
                client.write(WIRE.head("POST", "Transfer-Encoding: chunked") + "\r\n")
                        .writeChunk("{\"a\":");
                break;
            default:
                client.write(WIRE.post("{\"a\":1}"));
                break;
        }
        RawConnection upstream = WIRE.upstream().accept();
        Head head = upstream.readHead();
        if (moment == Moment.BEFORE_THE_ANSWER || !moment.unanswered) {
            upstream.readBody(head);
        }
        switch (moment) {
            case WITHIN_A_BODY_OF_KNOWN_LENGTH:
                upstream.read(5);
                break;
            case WITHIN_A_CHUNKED_BODY:
                upstream.readChunk();
                break;
            case WITHIN_AN_ANSWER_OF_KNOWN_LENGTH:
                upstream.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":");
                client.readHead();
                client.read(5);
                break;
            case WITHIN_A_CHUNKED_ANSWER:
                upstream.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                        .writeChunk("{\"a\":");
                client.readHead();
                client.readChunk();
                break;
            case WITHIN_IDLE_EVENTS:
                upstream.write(EVENTS + "Transfer-Encoding: chunked\r\n\r\n");
                client.readHead();
                break;
            default:
                break;
        }
        return upstream;
    }

    private static void stillServes() {
        WIRE.upstream().forget();
        try (RawConnection client = WIRE.connect().write(WIRE.post("{}"))) {
            RawConnection upstream = WIRE.upstream().accept();
            upstream.readBody(upstream.readHead());
            upstream.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.readHead().status()).isEqualTo(202);
        }
    }

    private static List<String> whatIsLogged(Runnable action) {
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        // Event loops may still be writing while it is read.
        appender.list = new CopyOnWriteArrayList<>();
        appender.start();
        root.addAppender(appender);
        try {
            action.run();
        } finally {
            root.detachAppender(appender);
        }
        return appender.list.stream()
                // That every request has its line there is no noise about the broken connection.
                .filter(event -> !event.getLoggerName().equals("portcullis.access"))
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.INFO))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }
}
