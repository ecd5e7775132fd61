package dev.portcullis.dev.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class SessionTableTest {
    private final MovableClock clock = new MovableClock();
    private final SessionTable sessions = new SessionTable(clock, 10, Duration.ofMinutes(30));

    @Test
    void anUnusedSessionExpires() {
        var session = sessions.open("2025-11-25");
        clock.move(Duration.ofMinutes(29));
        sessions.endIdle();
        assertThat(sessions.size()).isEqualTo(1);

        clock.move(Duration.ofMinutes(2));
        sessions.endIdle();
        assertThat(sessions.find(session.id())).isEmpty();
    }

    @Test
    void useKeepsASessionAlive() {
        var session = sessions.open("2025-11-25");
        clock.move(Duration.ofMinutes(29));
        assertThat(sessions.find(session.id())).isPresent();
        clock.move(Duration.ofMinutes(29));
        sessions.endIdle();

        assertThat(sessions.find(session.id())).isPresent();
    }

    @Test
    void aRunningCallKeepsASessionAlive() {
        var session = sessions.open("2025-11-25");
        session.startCall(1);
        clock.move(Duration.ofHours(2));
        sessions.endIdle();
        assertThat(sessions.size()).isEqualTo(1);

        session.endCall(1);
        sessions.endIdle();
        assertThat(sessions.size()).isZero();
    }

    @Test
    void endingASessionCancelsItsCallsOnce() {
        var session = sessions.open("2025-11-25");
        var told = new int[1];
        session.startCall(1).onCancel(() -> told[0]++);

        sessions.end(session.id());
        sessions.end(session.id());
        assertThat(told[0]).isEqualTo(1);
    }

    private static final class MovableClock extends Clock {
        private Instant now = Instant.EPOCH;

        void move(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
