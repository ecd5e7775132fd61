package dev.portcullis.idp;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;

/**
 * Signs people in and answers for them. Every future fails with {@link IdpRefused} where the provider said no for good, and with
 * {@link dev.portcullis.outage.Outage} where it could not answer; with nothing else.
 */
public interface IdentityProvider {

    /** Where to send the browser (OpenID Connect Core §3.1.2.1), with PKCE S256. */
    String authorizationUrl(AuthorizationQuery query);

    /** Where to send the browser to end its session there, and then back to {@code returnTo}; empty where that is not done. */
    default Optional<String> signOutUrl(String returnTo) {
        return Optional.empty();
    }

    /** Redeems the authorization code and checks the ID token, its nonce included. */
    Future<IdpTokens> exchange(String code, String codeVerifier, String nonce);

    /**
     * A new access token; the refresh token of the answer is empty where the old one stays good. May also fail with {@link UnverifiedTokens}.
     *
     * @param patience for the answer, which is worth having even if it comes late: the old refresh token may be spent
     */
    Future<IdpTokens> refresh(String refreshToken, Duration patience);

    /**
     * Ends the sign-in this refresh token came from. Succeeds for tokens that are dead already; refused where the provider does not do such a
     * thing.
     */
    Future<Void> revoke(String refreshToken);

    /** Checks an access token of the provider, from memory wherever its key is known: the path of every proxied call. */
    Future<IdpAccessToken> verify(String accessToken);

    /**
     * @param state opaque, of {@code [A-Za-z0-9_-]}
     * @param codeChallenge S256
     * @param prompt how to ask the person (OpenID Connect Core §3.1.2.1)
     */
    record AuthorizationQuery(String state, String nonce, String codeChallenge, Optional<String> prompt) {}
}
