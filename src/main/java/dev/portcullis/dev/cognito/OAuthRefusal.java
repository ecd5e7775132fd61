package dev.portcullis.dev.cognito;

import java.util.Optional;

/** An error of the token or revocation endpoint: expected, so without a stack trace. Cognito seldom describes them. */
final class OAuthRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String error;
    private final transient Optional<String> description;

    private OAuthRefusal(int status, String error, Optional<String> description) {
        super(error, null, false, false);
        this.status = status;
        this.error = error;
        this.description = description;
    }

    static OAuthRefusal of(String error) {
        return new OAuthRefusal(400, error, Optional.empty());
    }

    static OAuthRefusal of(String error, String description) {
        return new OAuthRefusal(400, error, Optional.of(description));
    }

    OAuthRefusal withStatus(int newStatus) {
        return new OAuthRefusal(newStatus, error, description);
    }

    int status() {
        return status;
    }

    String error() {
        return error;
    }

    Optional<String> description() {
        return description;
    }
}
