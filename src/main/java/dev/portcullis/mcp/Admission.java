package dev.portcullis.mcp;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.portcullis.config.ToolPolicy;
import dev.portcullis.config.UpstreamLimits;
import dev.portcullis.mcp.tools.HeldBytes;
import dev.portcullis.mcp.tools.Holding;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Who may call one upstream how often, and how much at a time. Counted in this process and shared by its event loops: a request costs a
 * look-up and a few atomic steps, and no Redis; a fleet of replicas allows as many times as much. For any thread.
 */
final class Admission {
    private static final Duration SOON = Duration.ofSeconds(1);

    private final UpstreamLimits limits;
    private final ToolPolicy tools;
    private final LongSupplier nanoTime;
    private final Caller everybody;
    private final Cache<String, Caller> callers;

    /** @param maxUsers remembered at once; the longest unseen are forgotten, and start with a full bucket when they come back */
    Admission(UpstreamLimits limits, ToolPolicy tools, int maxUsers, LongSupplier nanoTime) {
        this.limits = limits;
        this.tools = tools;
        this.nanoTime = nanoTime;
        this.everybody = new Caller(limits.open(), limits.rate(), limits.burst(), tools.maxHeldBytes());
        this.callers = Caffeine.newBuilder()
                .maximumSize(maxUsers)
                // Its upkeep takes less time than to wake another thread for it.
                .executor(Runnable::run)
                .build();
    }

    /** What became of a request. */
    sealed interface Verdict permits Admitted, Refused {}

    /** {@link #leave} must be called once. */
    record Admitted(Caller everybody, Caller user, boolean stream) implements Verdict {
        void leave() {
            user.leaveStream(stream);
            everybody.open.decrementAndGet();
            user.open.decrementAndGet();
        }

        Holding holding() {
            return new Holding(everybody.held, user.held);
        }
    }

    /** @param status 429 where less from this user, or less often, would help; 503 where the upstream has enough to do */
    record Refused(int status, Duration retryAfter, String reason) implements Verdict {}

    /** @param stream whether the exchange is meant to last; of those a user may have less */
    Verdict enter(String userId, boolean stream) {
        Caller user = callers.get(
                userId,
                id -> new Caller(
                        limits.openPerUser(), limits.ratePerUser(), limits.burstPerUser(), tools.maxHeldBytesOfUser()));
        long now = nanoTime.getAsLong();
        Duration wait = user.take(now);
        if (!wait.isZero()) {
            return new Refused(429, wait, "too many requests of this user in a short time");
        }
        if (!user.enter()) {
            return new Refused(429, SOON, "too many requests of this user are under way");
        }
        if (stream && !user.enterStream(limits.streamsPerUser())) {
            user.open.decrementAndGet();
            return new Refused(429, SOON, "too many streams of this user are open");
        }
        if (!everybody.enter()) {
            user.leaveStream(stream);
            user.open.decrementAndGet();
            return new Refused(503, SOON, "too many requests to this server are under way");
        }
        wait = everybody.take(now);
        if (!wait.isZero()) {
            user.leaveStream(stream);
            user.open.decrementAndGet();
            everybody.open.decrementAndGet();
            return new Refused(429, wait, "too many requests to this server in a short time");
        }
        return new Admitted(everybody, user, stream);
    }

    /** One who is counted: a user, or all of them together. */
    private final class Caller {
        private final int maxOpen;
        private final AtomicInteger open = new AtomicInteger();
        private final AtomicInteger streams = new AtomicInteger();
        private final HeldBytes held;
        private final Optional<TokenBucket> bucket;

        Caller(int maxOpen, int rate, int burst, long maxHeld) {
            this.maxOpen = maxOpen;
            this.held = new HeldBytes(maxHeld);
            this.bucket =
                    rate == 0 ? Optional.empty() : Optional.of(new TokenBucket(rate, burst, nanoTime.getAsLong()));
        }

        Duration take(long now) {
            return bucket.isEmpty() ? Duration.ZERO : bucket.get().take(now);
        }

        boolean enterStream(int maxStreams) {
            if (streams.incrementAndGet() > maxStreams && maxStreams > 0) {
                streams.decrementAndGet();
                return false;
            }
            return true;
        }

        void leaveStream(boolean stream) {
            if (stream) {
                streams.decrementAndGet();
            }
        }

        boolean enter() {
            if (open.incrementAndGet() > maxOpen && maxOpen > 0) {
                open.decrementAndGet();
                return false;
            }
            return true;
        }
    }
}
