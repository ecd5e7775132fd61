package dev.portcullis.config;

import java.time.Duration;

/**
 * How a replica learns which grants were revoked.
 *
 * @param whenUnknown what becomes of tokens while it cannot learn that
 * @param check how often it compares notes with Redis, besides being told at once
 * @param staleAfter without a successful check, from when on revocations count as unknown
 * @param maxGrants remembered at once; beyond, the oldest revocations are forgotten
 * @param retry how often Cognito is asked again to end a sign-in that it could not end
 * @param keepUnfinished for how long
 * @param maxUnfinished of how many sign-ins
 */
public record Revocation(
        WhenUnknown whenUnknown,
        Duration check,
        Duration staleAfter,
        int maxGrants,
        Duration retry,
        Duration keepUnfinished,
        int maxUnfinished) {

    /** What to do with a token that may have been revoked. */
    public enum WhenUnknown {
        ALLOW,
        DENY
    }

    static Revocation read(Section section) {
        Revocation revocation = new Revocation(
                section.choice("whenUnknown", WhenUnknown.ALLOW),
                section.duration("check", Duration.ofSeconds(5), Duration.ofMillis(100), Duration.ofMinutes(1)),
                section.duration("staleAfter", Duration.ofSeconds(15), Duration.ofMillis(200), Duration.ofMinutes(10)),
                section.integer("maxGrants", 100_000, 1000, 10_000_000),
                section.duration("retry", Duration.ofSeconds(30), Duration.ofMillis(100), Duration.ofHours(1)),
                section.duration("keepUnfinished", Duration.ofDays(1), Duration.ofSeconds(1), Duration.ofDays(30)),
                section.integer("maxUnfinished", 10_000, 0, 1_000_000));
        if (revocation.staleAfter().compareTo(revocation.check().multipliedBy(2)) < 0) {
            section.problem("staleAfter", "must be at least twice revocation.check, or one late answer is enough");
        }
        section.refuseUnknownKeys();
        return revocation;
    }
}
