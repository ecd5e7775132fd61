package dev.portcullis.doctor.redis;

import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.redis.RedisInspection;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * {@code redis.latency}: how long answers take.
 *
 * @param timeout that commands of the gateway have
 */
record AnswersQuickly(RedisInspection inspection, Duration timeout) implements Check {
    private static final int PINGS = 50;
    private static final Duration SLOW = Duration.ofMillis(20);
    private static final Duration ENOUGH = Duration.ofSeconds(1);

    @Override
    public String id() {
        return "redis.latency";
    }

    @Override
    public Future<Outcome> run() {
        return inspection.pings(PINGS, ENOUGH).map(this::judge);
    }

    private Outcome judge(List<Duration> pings) {
        List<Duration> sorted = pings.stream().sorted().toList();
        Duration median = sorted.get(sorted.size() / 2);
        Duration longest = sorted.get(sorted.size() - 1);
        String finding = "median " + millis(median) + ", longest " + millis(longest) + " of " + sorted.size();
        return median.compareTo(SLOW) > 0 || longest.compareTo(timeout.dividedBy(2)) > 0
                ? new Outcome.Warned(
                        finding,
                        "Put Redis into the same region and zone as the gateways; commands fail after redis.timeout ("
                                + timeout.toMillis() + " ms).")
                : new Outcome.Passed(finding);
    }

    private static String millis(Duration duration) {
        return String.format(Locale.ROOT, "%.1f ms", duration.toNanos() / 1e6);
    }

    @Override
    public String remedy() {
        return "Put Redis into the same region and zone as the gateways.";
    }
}
