package dev.portcullis.dev.cognito;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a user signed in to a client for: the facts that every token of one session shares, from the code to the last refresh.
 *
 * @param resource the resource indicator that becomes the access token's {@code aud}
 * @param originJti constant over the session; what revocation refers to
 */
record SignIn(
        String username,
        String clientId,
        List<String> scopes,
        Optional<String> nonce,
        Optional<String> resource,
        Instant authTime,
        String originJti) {

    SignIn {
        scopes = List.copyOf(scopes);
    }
}
