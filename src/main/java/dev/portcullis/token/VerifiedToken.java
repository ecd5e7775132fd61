package dev.portcullis.token;

import dev.portcullis.idp.IdpAccessToken;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a verified access token says.
 *
 * @param grantId which grant it came from
 * @param resource its one audience
 * @param user from the Cognito token inside
 * @param idpToken the Cognito token itself, for upstreams that are meant to have it
 * @param keyIds of our keys that it was made with
 */
public record VerifiedToken(
        String grantId,
        String clientId,
        String resource,
        List<String> scopes,
        IdpAccessToken user,
        Optional<String> email,
        String idpToken,
        Instant expiresAt,
        Set<String> keyIds) {

    @Override
    public String toString() {
        return "VerifiedToken[grant " + grantId + ", " + resource + "]";
    }
}
