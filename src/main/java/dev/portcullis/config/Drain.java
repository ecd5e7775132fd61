package dev.portcullis.config;

import java.time.Duration;

/**
 * How the gateway stops.
 *
 * @param delay from being asked to stop, and saying so in readiness, until no more connections are accepted
 * @param streams the time over which event streams are ended, so that their clients do not all come back at once
 * @param timeout for all of it; what is not over by then is cut
 */
public record Drain(Duration delay, Duration streams, Duration timeout) {

    static Drain read(Section section) {
        Drain drain = new Drain(
                section.duration("delay", Duration.ofSeconds(5), Duration.ZERO, Duration.ofMinutes(5)),
                section.duration("streams", Duration.ofSeconds(10), Duration.ZERO, Duration.ofMinutes(10)),
                section.duration("timeout", Duration.ofSeconds(25), Duration.ofSeconds(1), Duration.ofMinutes(30)));
        if (drain.delay().plus(drain.streams()).compareTo(drain.timeout()) > 0) {
            section.problem("timeout", "must not be shorter than drain.delay and drain.streams together");
        }
        section.refuseUnknownKeys();
        return drain;
    }
}
