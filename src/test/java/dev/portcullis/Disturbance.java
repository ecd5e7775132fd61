package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.Crowd;
import dev.portcullis.testkit.Crowd.Refusal;
import dev.portcullis.testkit.Replicas;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What people may notice when a part of Redis goes away, and what they must not. */
final class Disturbance {
    private static final Logger LOG = LoggerFactory.getLogger(Disturbance.class);
    private static final int SESSIONS = 6;
    private static final Duration IN_TIME = Duration.ofSeconds(2);
    private static final Duration BACK = Duration.ofSeconds(5);
    private static final Duration QUIET = Duration.ofMillis(1500);

    private Disturbance() {}

    /**
     * Calls go on; a refresh or a login is refused in time and by 503 alone, and from five seconds after the trouble not at all; no session is
     * lost, and nobody is taken for a thief.
     *
     * @param trouble begins something, and returns when it is over
     * @return what was refused
     */
    static List<Refusal> under(Replicas gateways, boolean logins, Consumer<Crowd> trouble) {
        try (Crowd crowd = Crowd.of(gateways.world(), SESSIONS, logins)) {
            trouble.accept(crowd);
            long over = System.nanoTime();
            int refreshes = crowd.refreshes();
            await().atMost(BACK.plus(BACK))
                    .until(() -> System.nanoTime() - Math.max(over, last(crowd)) > QUIET.toNanos());
            await().atMost(BACK).until(gateways::areReady);
            Duration ready = since(over);
            int newcomers = crowd.logins();
            await().atMost(BACK).until(() -> !logins || crowd.logins() > newcomers);
            crowd.end();
            List<Refusal> refusals = crowd.refusals();
            LOG.atInfo()
                    .addKeyValue("refusals", refusals.size())
                    .addKeyValue("lastAfterMs", (last(crowd) - over) / 1_000_000)
                    .addKeyValue("longest", refusals.stream().map(Refusal::took).max(Duration::compareTo))
                    .addKeyValue("readyAfter", ready)
                    .addKeyValue("refreshes", crowd.refreshes())
                    .addKeyValue("logins", crowd.logins())
                    .addKeyValue("calls", crowd.calls())
                    .log("a part of Redis was away");
            assertThat(crowd.faults()).isEmpty();
            assertThat(refusals).allSatisfy(refusal -> {
                assertThat(refusal.answer().status()).isEqualTo(503);
                assertThat(Long.parseLong(refusal.answer().header("Retry-After").orElseThrow()))
                        .isPositive();
                assertThat(refusal.took()).isLessThan(IN_TIME);
                assertThat(refusal.ended() - over).isLessThan(BACK.toNanos());
            });
            assertThat(crowd.refreshes()).isGreaterThan(refreshes + SESSIONS);
            assertThat(crowd.lost()).isEmpty();
            assertThat(gateways.suspectReuse()).isFalse();
            return refusals;
        }
    }

    private static long last(Crowd crowd) {
        return crowd.refusals().stream().mapToLong(Refusal::ended).max().orElse(Long.MIN_VALUE / 2);
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
