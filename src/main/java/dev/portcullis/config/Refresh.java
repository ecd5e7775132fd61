package dev.portcullis.config;

import java.time.Duration;

/**
 * Grants and their refresh tokens.
 *
 * @param lifetime without use, after which a grant ends
 * @param maxLifetime after which it ends in any case
 * @param reuseGrace how long after its rotation an old refresh token still gets the current successor
 * @param lease how long one refresh may hold the grant while it calls Cognito and stores what it got
 * @param patience how long a parallel refresh waits for that one
 */
public record Refresh(Duration lifetime, Duration maxLifetime, Duration reuseGrace, Duration lease, Duration patience) {

    static Refresh read(Section section, Duration cognitoTimeout) {
        Duration lifetime =
                section.duration("lifetime", Duration.ofDays(30), Duration.ofSeconds(1), Duration.ofDays(3650));
        var refresh = new Refresh(
                lifetime,
                section.duration("maxLifetime", Duration.ofDays(90), Duration.ofSeconds(1), Duration.ofDays(3650)),
                section.duration("reuseGrace", Duration.ofMinutes(30), Duration.ZERO, Duration.ofDays(2)),
                section.duration("lease", Duration.ofSeconds(5), Duration.ofMillis(100), Duration.ofMinutes(2)),
                section.duration("patience", Duration.ofMillis(1500), Duration.ofMillis(100), Duration.ofSeconds(30)));
        if (refresh.maxLifetime().compareTo(lifetime) < 0) {
            section.problem("maxLifetime", "must not be shorter than refresh.lifetime");
        }
        if (refresh.patienceWithIdp(cognitoTimeout).compareTo(cognitoTimeout) < 0) {
            section.problem(
                    "lease",
                    "must be at least twice cognito.timeout: a second refresh would begin while Cognito answers the first");
        }
        section.refuseUnknownKeys();
        return refresh;
    }

    /**
     * How long Cognito's answer to a refresh is worth waiting for, even where the client has been told to come back: what is left of the
     * lease then is for storing it.
     */
    public Duration patienceWithIdp(Duration cognitoTimeout) {
        return lease.minus(cognitoTimeout);
    }
}
