package dev.portcullis.mcp;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A token bucket in one number: when the bucket would be full again (the generic cell rate algorithm, ITU-T I.371). Without locks; for any
 * thread.
 */
final class TokenBucket {
    private final long interval;
    private final long tolerance;
    private final AtomicLong full;

    /**
     * @param rate tokens a second; at least 1
     * @param burst tokens in a full bucket; at least 1
     * @param now as {@link System#nanoTime()} has it
     */
    TokenBucket(int rate, int burst, long now) {
        this.interval = TimeUnit.SECONDS.toNanos(1) / rate;
        this.tolerance = interval * burst;
        this.full = new AtomicLong(now);
    }

    /** Takes a token; if there is none, answers how long it takes until there is one. */
    Duration take(long now) {
        while (true) {
            long was = full.get();
            long next = (was - now > 0 ? was : now) + interval;
            long excess = next - now - tolerance;
            if (excess > 0) {
                return Duration.ofNanos(excess);
            }
            if (full.compareAndSet(was, next)) {
                return Duration.ZERO;
            }
        }
    }
}
