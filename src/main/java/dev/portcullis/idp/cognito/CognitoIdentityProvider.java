package dev.portcullis.idp.cognito;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.portcullis.config.Cognito;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.idp.IdentityProvider;
import dev.portcullis.idp.IdpAccessToken;
import dev.portcullis.idp.IdpIdentity;
import dev.portcullis.idp.IdpRefused;
import dev.portcullis.idp.IdpTokens;
import dev.portcullis.idp.UnverifiedTokens;
import dev.portcullis.outage.Outage;
import dev.portcullis.trace.Tracer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.oauth2.OAuth2AuthorizationURL;
import io.vertx.ext.auth.oauth2.OAuth2FlowType;
import io.vertx.ext.auth.oauth2.Oauth2Credentials;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cognito as identity provider. The OAuth calls go through vertx-auth-oauth2 with every path spelled out; its Cognito factory is not used
 * because it revokes at a wrong path and accepts tokens of other app clients. Event-loop confined, one per verticle instance.
 */
public final class CognitoIdentityProvider implements IdentityProvider {
    private static final Logger LOG = LoggerFactory.getLogger(CognitoIdentityProvider.class);
    private static final Set<String> GRANT_REFUSED = Set.of("invalid_grant");
    // The first one where the app client was made without EnableTokenRevocation.
    private static final Set<String> REVOCATION_REFUSED = Set.of("invalid_request", "unsupported_token_type");

    private final Cognito config;
    private final String redirectUri;
    private final CognitoKeys keys;
    private final CognitoSpans spans;
    private final InstantSource clock;
    private final CognitoTokenVerifier verifier;
    private final CognitoCalls calls;

    /** One whose calls are in nobody's trace. */
    public CognitoIdentityProvider(Vertx vertx, GatewayConfig gateway, InstantSource clock) {
        this(vertx, gateway, Tracer.OFF, clock);
    }

    public CognitoIdentityProvider(Vertx vertx, GatewayConfig gateway, Tracer tracer, InstantSource clock) {
        this.spans = new CognitoSpans(tracer, gateway.cognito());
        this.config = gateway.cognito();
        this.redirectUri = gateway.publicUrl() + "/callback";
        WebClient web = WebClient.create(
                vertx,
                new WebClientOptions()
                        .setUserAgent(CognitoCalls.USER_AGENT)
                        .setFollowRedirects(false)
                        .setConnectTimeout((int) config.timeout().toMillis()));
        this.clock = clock;
        this.keys = new CognitoKeys(vertx, web, config, spans, clock);
        this.verifier = new CognitoTokenVerifier(config, gateway.tokens().clockSkew(), keys, clock);
        this.calls = new CognitoCalls(vertx, gateway);
    }

    /** Fetches the keys ahead of need; fails with {@link Outage}, which is no reason not to start. */
    public Future<Void> start() {
        return keys.fetch();
    }

    /** Whether tokens can be verified; safe to ask from any thread. */
    public boolean hasKeys() {
        return keys.isLoaded();
    }

    /** How old the known keys are; safe to ask from any thread. */
    public Optional<Duration> keysAge() {
        return keys.fetched().map(at -> Duration.between(at, clock.instant()));
    }

    @Override
    public String authorizationUrl(AuthorizationQuery query) {
        OAuth2AuthorizationURL parameters = new OAuth2AuthorizationURL()
                .setState(query.state())
                .setScopes(config.scopes())
                .putAdditionalParameter("redirect_uri", redirectUri)
                .putAdditionalParameter("nonce", query.nonce())
                .putAdditionalParameter("code_challenge", query.codeChallenge())
                .putAdditionalParameter("code_challenge_method", "S256");
        query.prompt().ifPresent(prompt -> parameters.putAdditionalParameter("prompt", prompt));
        String url = calls.authorizationUrl(parameters);
        // Form encoding writes a space as +, which Cognito has been seen to read as part of a scope.
        return url.replace("+", "%20");
    }

    /** Cognito developer guide, "Logout endpoint": it knows no {@code state}, and goes to registered addresses only. */
    @Override
    public Optional<String> signOutUrl(String returnTo) {
        return config.logout()
                ? Optional.of(config.domain() + config.paths().logout() + "?client_id=" + encode(config.clientId())
                        + "&logout_uri=" + encode(returnTo))
                : Optional.empty();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public Future<IdpTokens> exchange(String code, String codeVerifier, String nonce) {
        Oauth2Credentials credentials = new Oauth2Credentials()
                .setFlow(OAuth2FlowType.AUTH_CODE)
                .setCode(code)
                .setRedirectUri(redirectUri)
                .setCodeVerifier(codeVerifier);
        return calls.make(
                        () -> spans.token("exchange"),
                        config.timeout(),
                        client -> client.authenticate(credentials),
                        GRANT_REFUSED)
                .compose(user -> tokens(user, Optional.of(nonce)));
    }

    @Override
    public Future<IdpTokens> refresh(String refreshToken, Duration patience) {
        User user = User.create(new JsonObject().put("refresh_token", refreshToken));
        return calls.make(() -> spans.token("refresh"), patience, client -> client.refresh(user), GRANT_REFUSED)
                .compose(fresh -> tokens(fresh, Optional.empty())
                        // Cognito accepted the refresh token; that we cannot read its answer must not end the sign-in.
                        .recover(error -> Future.failedFuture(
                                new UnverifiedTokens(String.valueOf(error.getMessage()), refreshToken(fresh)))));
    }

    @Override
    public Future<Void> revoke(String refreshToken) {
        User user = User.create(new JsonObject().put("refresh_token", refreshToken));
        return calls.make(
                spans::revocation,
                config.timeout(),
                client -> client.revoke(user, "refresh_token"),
                REVOCATION_REFUSED);
    }

    @Override
    public Future<IdpAccessToken> verify(String accessToken) {
        return verifier.accessToken(accessToken, false);
    }

    private Future<IdpTokens> tokens(User user, Optional<String> nonce) {
        JsonObject response = user.principal();
        String accessToken = response.getString("access_token");
        String idToken = response.getString("id_token");
        if (accessToken == null || (idToken == null && nonce.isPresent())) {
            return Future.failedFuture(new Outage("cognito", "the token response lacks a token"));
        }
        Future<Optional<JWTClaimsSet>> identity = idToken == null
                ? Future.succeededFuture(Optional.empty())
                : verifier.idToken(idToken, nonce).map(Optional::of);
        return verifier.accessToken(accessToken, true)
                .compose(claims -> identity.map(id -> {
                    if (id.filter(token -> !Objects.equals(token.getSubject(), claims.subject()))
                            .isPresent()) {
                        throw new IdpRefused("the ID token names another user than the access token");
                    }
                    return new IdpTokens(
                            accessToken,
                            claims,
                            id.map(token -> new IdpIdentity(verifiedEmail(token))),
                            refreshToken(user));
                }))
                .onFailure(error -> LOG.atWarn()
                        .addKeyValue("reason", error.getMessage())
                        .log("a token that Cognito has just issued does not verify"));
    }

    private static Optional<String> refreshToken(User user) {
        return Optional.ofNullable(user.principal().getString("refresh_token"));
    }

    /** An address nobody proved to own must not reach an upstream that might decide by it. */
    private static Optional<String> verifiedEmail(JWTClaimsSet idToken) {
        boolean verified = "true".equals(String.valueOf(idToken.getClaim("email_verified")));
        return verified && idToken.getClaim("email") instanceof String email ? Optional.of(email) : Optional.empty();
    }
}
