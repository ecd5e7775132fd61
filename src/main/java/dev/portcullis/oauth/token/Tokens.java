package dev.portcullis.oauth.token;

import dev.portcullis.crypto.Authenticator;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.Scopes;
import dev.portcullis.oauth.client.Client;
import dev.portcullis.oauth.grant.Grant;
import dev.portcullis.oauth.grant.RefreshToken;
import dev.portcullis.token.AccessTokenIssuer;
import dev.portcullis.token.TokenTooLong;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the tokens that a grant is worth. */
final class Tokens {
    private static final Logger LOG = LoggerFactory.getLogger(Tokens.class);

    private final AccessTokenIssuer issuer;
    private final Authenticator authenticator;

    Tokens(AccessTokenIssuer issuer, Authenticator authenticator) {
        this.issuer = issuer;
        this.authenticator = authenticator;
    }

    /** Whether the Cognito token that it holds is over, so that no access token can be made from it. */
    boolean isOver(Grant grant) {
        return issuer.isOver(grant.user().expiresAt());
    }

    /**
     * Throws {@link OAuthError} where the access token would be too long for a request.
     *
     * @param generation of the refresh token
     * @param scopes of the access token: what the grant holds, or less
     */
    TokenResponse issue(Grant grant, Client client, long generation, Scopes scopes) {
        AccessTokenIssuer.Issued accessToken = accessToken(grant, scopes);
        Optional<String> refreshToken =
                client.mayRefresh() && grant.idpRefreshToken().isPresent()
                        ? Optional.of(new RefreshToken(grant.id(), generation).encode(authenticator))
                        : Optional.empty();
        return new TokenResponse(accessToken, refreshToken, scopes);
    }

    private AccessTokenIssuer.Issued accessToken(Grant grant, Scopes scopes) {
        try {
            return issuer.issue(new AccessTokenIssuer.Subject(
                    grant.id(),
                    grant.clientId(),
                    grant.resource(),
                    scopes.tokens(),
                    grant.idpAccessToken(),
                    grant.user(),
                    grant.email()));
        } catch (TokenTooLong tooLong) {
            LOG.atError()
                    .addKeyValue("grant", grant.id())
                    .addKeyValue("bytes", tooLong.bytes())
                    .addKeyValue("limit", tooLong.limit())
                    .addKeyValue("groups", grant.user().groups().size())
                    .log(
                            "no access token: it would not fit http.maxHeader; raise that, or take the user out of Cognito groups");
            throw new OAuthError(
                    OAuthError.Code.SERVER_ERROR,
                    "the access token of this user would be longer than this server accepts, tell whoever runs it");
        }
    }
}
