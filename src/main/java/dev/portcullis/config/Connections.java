package dev.portcullis.config;

import java.time.Duration;

/**
 * What a user sees of the clients that have access, and how many there may be.
 *
 * @param sessionTtl how long the page may be used after signing in for it
 * @param maxPerUser grants of one user; beyond, those that were not used for the longest time end
 */
public record Connections(Duration sessionTtl, int maxPerUser) {

    static Connections read(Section section) {
        Connections connections = new Connections(
                section.duration("sessionTtl", Duration.ofMinutes(10), Duration.ofSeconds(1), Duration.ofHours(1)),
                section.integer("maxPerUser", 500, 1, 1000));
        section.refuseUnknownKeys();
        return connections;
    }
}
