package dev.portcullis.doctor.wire;

import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;

/**
 * Whether somebody else's clock says the same as ours.
 *
 * @param whose in words
 * @param ahead empty where it does not say
 * @param tolerance that tokens get
 */
public record ClockAgrees(String id, String whose, Once<Optional<Duration>> ahead, Duration tolerance)
        implements Check {
    private static final Duration NOTABLE = Duration.ofSeconds(5);

    @Override
    public Future<Outcome> run() {
        return ahead.get()
                .map(known -> known.map(this::judge)
                        .orElseGet(() -> new Outcome.Skipped(whose + " does not say what time it is there")));
    }

    private Outcome judge(Duration ahead) {
        if (ahead.abs().compareTo(NOTABLE) < 0) {
            return new Outcome.Passed("the clocks here and of " + whose + " agree");
        }
        String finding = "the clock of " + whose + " is " + ahead.abs().toSeconds() + " s "
                + (ahead.isNegative() ? "behind" : "ahead of") + " the one here";
        return ahead.abs().compareTo(tolerance) > 0
                ? new Outcome.Failed(
                        finding,
                        "Tokens are refused as expired or not yet good: synchronize the clocks (NTP), first of all that of this machine.")
                : new Outcome.Warned(finding, "Synchronize the clocks (NTP) before they drift further.");
    }

    @Override
    public String remedy() {
        return "See what is wrong with " + whose + ".";
    }
}
