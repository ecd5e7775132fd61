package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenBucketTest {
    private static final long SECOND = 1_000_000_000L;

    // Such a clock may begin anywhere, and run over.
    @ParameterizedTest
    @ValueSource(longs = {0, -5 * SECOND, Long.MAX_VALUE - SECOND})
    void aFullBucketGivesItsBurstAndThenTheRate(long now) {
        TokenBucket bucket = new TokenBucket(10, 3, now);
        for (int i = 0; i < 3; i++) {
            assertThat(bucket.take(now)).isZero();
        }
        assertThat(bucket.take(now)).isEqualTo(Duration.ofMillis(100));
        assertThat(bucket.take(now + SECOND / 20)).isEqualTo(Duration.ofMillis(50));
        assertThat(bucket.take(now + SECOND / 10)).isZero();
        assertThat(bucket.take(now + SECOND / 10)).isPositive();
    }

    @Test
    void aPauseFillsItNoFurtherThanItsBurst() {
        TokenBucket bucket = new TokenBucket(10, 2, 0);
        assertThat(bucket.take(3600 * SECOND)).isZero();
        assertThat(bucket.take(3600 * SECOND)).isZero();
        assertThat(bucket.take(3600 * SECOND)).isPositive();
    }
}
