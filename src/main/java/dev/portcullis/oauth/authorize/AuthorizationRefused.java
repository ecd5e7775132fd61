package dev.portcullis.oauth.authorize;

import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.RedirectUri;
import java.util.Optional;

/**
 * An authorization request that goes no further. With an origin, the client may be told at its redirect URI; without one the redirect URI is
 * not proven to be the client's, and only the person in front of the browser learns of it (OAuth 2.1 §4.1.2.1).
 */
final class AuthorizationRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient OAuthError error;
    private final transient Optional<Origin> origin;

    /**
     * Where the request came from and the answer may go.
     *
     * @param trusted whether it may go there without anybody's click
     */
    record Origin(RedirectUri redirectUri, Optional<String> state, boolean trusted) {}

    AuthorizationRefused(OAuthError error, Optional<Origin> origin) {
        super(error.getMessage(), null, false, false);
        this.error = error;
        this.origin = origin;
    }

    OAuthError error() {
        return error;
    }

    Optional<Origin> origin() {
        return origin;
    }
}
