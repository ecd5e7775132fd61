package dev.portcullis.token;

/** An access token that is not good for this resource (RFC 6750 §3.1, {@code invalid_token}). */
public final class TokenRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param reason fit for the {@code error_description} of a challenge; holds nothing of the token */
    public TokenRefused(String reason) {
        super(reason, null, false, false);
    }

    public String reason() {
        return String.valueOf(getMessage());
    }
}
