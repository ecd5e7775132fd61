package dev.portcullis.config;

import java.util.Optional;

/**
 * What the gateway tells others about itself.
 *
 * @param traces empty: none are sent
 */
public record Telemetry(Optional<Traces> traces) {

    static Telemetry read(Section section) {
        Telemetry telemetry = new Telemetry(Traces.read(section.section("traces")));
        section.refuseUnknownKeys();
        return telemetry;
    }
}
