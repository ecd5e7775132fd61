package dev.portcullis.idp;

import java.util.Optional;

/**
 * What the provider issued.
 *
 * @param email from the ID token; empty where the provider did not vouch for one
 * @param refreshToken empty where the provider sent none
 */
public record IdpTokens(
        String accessToken, IdpAccessToken claims, Optional<String> email, Optional<String> refreshToken) {

    @Override
    public String toString() {
        return "IdpTokens[of " + claims.subject() + "]";
    }
}
