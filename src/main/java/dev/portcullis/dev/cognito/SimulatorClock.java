package dev.portcullis.dev.cognito;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** The pool's clock: the given one, off by as much as {@link Faults#clockSkew} says. Tokens count in whole seconds. */
final class SimulatorClock {
    private final InstantSource source;
    private final Faults faults;

    SimulatorClock(InstantSource source, Faults faults) {
        this.source = source;
        this.faults = faults;
    }

    Instant now() {
        return source.instant().plus(faults.clockSkew());
    }

    Instant nowInSeconds() {
        return now().truncatedTo(ChronoUnit.SECONDS);
    }
}
