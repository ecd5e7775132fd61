package dev.portcullis.dev.cognito;

import java.time.Duration;

/**
 * An app client's {@code RefreshTokenRotation} setting.
 *
 * @param grace how long a token that was rotated out still works, 0 to 60 seconds ({@code RetryGracePeriodSeconds})
 */
public record RefreshRotation(boolean enabled, Duration grace) {
    /** Cognito's default: a refresh answers without a refresh token and the old one stays good. */
    public static final RefreshRotation OFF = new RefreshRotation(false, Duration.ZERO);

    public RefreshRotation {
        if (grace.isNegative() || grace.compareTo(Duration.ofSeconds(60)) > 0) {
            throw new IllegalArgumentException("retry grace period: 0 to 60 seconds, not " + grace);
        }
    }

    public static RefreshRotation on(Duration grace) {
        return new RefreshRotation(true, grace);
    }
}
