package dev.portcullis.idp;

import java.util.Optional;

/**
 * The provider refreshed, but what it issued cannot be verified here and now: its keys cannot be fetched, or a clock is off. The refresh token
 * in its answer may have taken the place of the old one and must not be lost with the rest.
 */
public final class UnverifiedTokens extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Optional<String> refreshToken;

    /** @param reason for the log; holds no token */
    public UnverifiedTokens(String reason, Optional<String> refreshToken) {
        super(reason, null, false, false);
        this.refreshToken = refreshToken;
    }

    /** Empty where the old one stays good. */
    public Optional<String> refreshToken() {
        return refreshToken;
    }
}
