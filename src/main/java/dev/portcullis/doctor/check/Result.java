package dev.portcullis.doctor.check;

import java.time.Duration;
import java.util.Optional;

/**
 * What a check found.
 *
 * @param about which one, where there are several of the kind
 */
public record Result(String id, Optional<String> about, Outcome outcome, Duration took) {

    /** What comes before the dot of the id. */
    public String subject() {
        return id.substring(0, id.indexOf('.'));
    }
}
