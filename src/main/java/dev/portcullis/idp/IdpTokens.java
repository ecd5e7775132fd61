package dev.portcullis.idp;

import java.util.Optional;

/**
 * What the provider issued.
 *
 * @param identity from the ID token; empty where the provider sent none, as it need not when it refreshes
 * @param refreshToken empty where the provider sent none
 */
public record IdpTokens(
        String accessToken, IdpAccessToken claims, Optional<IdpIdentity> identity, Optional<String> refreshToken) {

    /** The address that the provider vouches for. */
    public Optional<String> email() {
        return identity.flatMap(IdpIdentity::email);
    }

    @Override
    public String toString() {
        return "IdpTokens[of " + claims.subject() + "]";
    }
}
