package dev.portcullis.mcp.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.config.UpstreamTransport;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An endpoint's health")
class HealthTest {
    private long now = 42;
    private final Health health =
            new Health(new UpstreamTransport.Health(3, Duration.ofSeconds(2), Duration.ofSeconds(5)), () -> now);

    @Test
    @DisplayName("suffers from failures in a row, not from single ones")
    void inARow() {
        for (int i = 0; i < 10; i++) {
            assertThat(health.failed(false)).isFalse();
            assertThat(health.failed(false)).isFalse();
            assertThat(health.succeeded()).isFalse();
        }
        assertThat(health.admits()).isTrue();
    }

    @Test
    @DisplayName("is tried by one request at a time after a while")
    void oneProbe() {
        eject();
        assertThat(health.admits()).isFalse();
        assertThat(health.begin()).isFalse();
        pass(Duration.ofSeconds(2));
        assertThat(health.admits()).isTrue();
        assertThat(health.begin()).isTrue();
        assertThat(health.admits()).isFalse();
        assertThat(health.begin()).isFalse();
        health.abandonProbe();
        assertThat(health.begin()).isTrue();
        assertThat(health.succeeded()).isTrue();
        assertThat(health.admits()).isTrue();
        assertThat(health.begin()).isFalse();
    }

    @Test
    @DisplayName("rests for twice as long after each probe that fails, within a bound")
    void longerAndLonger() {
        eject();
        for (int seconds : new int[] {2, 4, 5, 5}) {
            pass(Duration.ofSeconds(seconds).minusNanos(1));
            assertThat(health.admits()).isFalse();
            pass(Duration.ofNanos(1));
            assertThat(health.begin()).isTrue();
            assertThat(health.failed(true)).isTrue();
        }
    }

    @Test
    @DisplayName("does not get worse by stragglers that failed while it rests")
    void stragglers() {
        eject();
        assertThat(health.failed(false)).isFalse();
        pass(Duration.ofSeconds(2));
        assertThat(health.admits()).isTrue();
    }

    @Test
    @DisplayName("counts anew once it is back")
    void anew() {
        eject();
        pass(Duration.ofSeconds(2));
        health.begin();
        health.succeeded();
        assertThat(health.failed(false)).isFalse();
        assertThat(health.failed(false)).isFalse();
        assertThat(health.failed(false)).isTrue();
        pass(Duration.ofSeconds(2));
        assertThat(health.admits()).isTrue();
    }

    private void eject() {
        assertThat(health.failed(false)).isFalse();
        assertThat(health.failed(false)).isFalse();
        assertThat(health.failed(false)).isTrue();
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }
}
