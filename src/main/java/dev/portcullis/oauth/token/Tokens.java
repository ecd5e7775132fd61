package dev.portcullis.oauth.token;

import dev.portcullis.crypto.Authenticator;
import dev.portcullis.oauth.Scopes;
import dev.portcullis.oauth.client.Client;
import dev.portcullis.oauth.grant.Grant;
import dev.portcullis.oauth.grant.RefreshToken;
import dev.portcullis.token.AccessTokenIssuer;
import java.util.Optional;

/** Makes the tokens that a grant is worth. */
final class Tokens {
    private final AccessTokenIssuer issuer;
    private final Authenticator authenticator;

    Tokens(AccessTokenIssuer issuer, Authenticator authenticator) {
        this.issuer = issuer;
        this.authenticator = authenticator;
    }

    /**
     * @param generation of the refresh token
     * @param scopes of the access token: what the grant holds, or less
     */
    TokenResponse issue(Grant grant, Client client, long generation, Scopes scopes) {
        AccessTokenIssuer.Issued accessToken = issuer.issue(new AccessTokenIssuer.Subject(
                grant.id(),
                grant.clientId(),
                grant.resource(),
                scopes.tokens(),
                grant.idpAccessToken(),
                grant.user(),
                grant.email()));
        Optional<String> refreshToken =
                client.mayRefresh() && grant.idpRefreshToken().isPresent()
                        ? Optional.of(new RefreshToken(grant.id(), generation).encode(authenticator))
                        : Optional.empty();
        return new TokenResponse(accessToken, refreshToken, scopes);
    }
}
