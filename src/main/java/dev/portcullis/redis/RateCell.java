package dev.portcullis.redis;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;

/** Rate limits that all replicas share: one number in Redis for each thing that is limited (the generic cell rate algorithm). */
public final class RateCell {
    private static final Script RATE = Script.of(RateCell.class, "rate");

    private final RedisLink redis;

    public RateCell(RedisLink redis) {
        this.redis = redis;
    }

    /**
     * @param burst requests that may come at once
     * @param interval between two requests in the long run
     */
    public record Rate(int burst, Duration interval) {
        /** So many a period, and all of them may come at once. */
        public static Rate of(int requests, Duration period) {
            return new Rate(requests, period.dividedBy(requests));
        }
    }

    /** Whether one request may go. */
    public sealed interface Turn {
        /** @param delay the request has to wait before it goes */
        record Granted(Duration delay) implements Turn {}

        /** @param retryAfter when the next one would be in time */
        record Refused(Duration retryAfter) implements Turn {}
    }

    /**
     * Takes a turn. Fails with {@link dev.portcullis.outage.Outage} only.
     *
     * @param name of what is limited, and for whom; fit for a Redis key
     * @param patience how long a request may be made to wait for its turn
     */
    public Future<Turn> take(String name, Rate rate, Duration patience) {
        return redis.run(
                        RATE,
                        List.of("pc:rate:{" + name + "}"),
                        List.of(micros(rate.interval()), String.valueOf(rate.burst()), micros(patience)))
                .map(RateCell::turn);
    }

    private static Turn turn(List<String> reply) {
        Duration wait = Duration.ofMillis(Long.parseLong(reply.get(1)));
        return reply.get(0).equals("granted") ? new Turn.Granted(wait) : new Turn.Refused(wait);
    }

    private static String micros(Duration duration) {
        return String.valueOf(duration.toNanos() / 1000);
    }
}
