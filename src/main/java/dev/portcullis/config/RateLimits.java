package dev.portcullis.config;

import java.time.Duration;

/**
 * How much one address, and the whole fleet, may ask for; shared by all replicas. 0 switches a limit off.
 *
 * @param register registrations a minute and client address
 * @param authorize authorization requests a minute and client address; as many answers to a page, and as many ways back from the login
 * @param token token requests a minute and client address
 * @param refreshesOfGrant calls to Cognito a minute that the refreshes of one grant may cause
 * @param cognitoRefreshes refreshes at Cognito a second, of all replicas together
 * @param cognitoLogins logins, which have a quota of their own there
 * @param cognitoPatience how long one waits for its turn at Cognito
 */
public record RateLimits(
        int register,
        int authorize,
        int token,
        int refreshesOfGrant,
        int cognitoRefreshes,
        int cognitoLogins,
        Duration cognitoPatience) {

    static RateLimits read(Section section) {
        var limits = new RateLimits(
                section.integer("register", 120, 0, 1_000_000),
                section.integer("authorize", 600, 0, 1_000_000),
                section.integer("token", 3000, 0, 1_000_000),
                section.integer("refreshesOfGrant", 30, 0, 1_000_000),
                // Cognito's quotas are 120 a second each, for an account and region.
                section.integer("cognitoRefreshes", 100, 0, 100_000),
                section.integer("cognitoLogins", 100, 0, 100_000),
                section.duration("cognitoPatience", Duration.ofMillis(500), Duration.ZERO, Duration.ofSeconds(10)));
        section.refuseUnknownKeys();
        return limits;
    }
}
