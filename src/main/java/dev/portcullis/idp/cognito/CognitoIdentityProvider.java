package dev.portcullis.idp.cognito;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.config.Secret;
import dev.portcullis.idp.IdentityProvider;
import dev.portcullis.idp.IdpAccessToken;
import dev.portcullis.idp.IdpIdentity;
import dev.portcullis.idp.IdpRefused;
import dev.portcullis.idp.IdpTokens;
import dev.portcullis.idp.UnverifiedTokens;
import dev.portcullis.outage.Outage;
import dev.portcullis.trace.Span;
import dev.portcullis.trace.Tracer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.oauth2.OAuth2Auth;
import io.vertx.ext.auth.oauth2.OAuth2AuthorizationURL;
import io.vertx.ext.auth.oauth2.OAuth2FlowType;
import io.vertx.ext.auth.oauth2.OAuth2Options;
import io.vertx.ext.auth.oauth2.Oauth2Credentials;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cognito as identity provider. The OAuth calls go through vertx-auth-oauth2 with every path spelled out; its Cognito factory is not used
 * because it revokes at a wrong path and accepts tokens of other app clients. Event-loop confined, one per verticle instance.
 */
public final class CognitoIdentityProvider implements IdentityProvider {
    private static final Logger LOG = LoggerFactory.getLogger(CognitoIdentityProvider.class);
    // AWS's managed firewall rules refuse requests without one.
    private static final String USER_AGENT = "portcullis";
    private static final Duration SLACK = Duration.ofMillis(100);
    private static final Set<String> GRANT_REFUSED = Set.of("invalid_grant");
    // The first one where the app client was made without EnableTokenRevocation.
    private static final Set<String> REVOCATION_REFUSED = Set.of("invalid_request", "unsupported_token_type");

    private final GatewayConfig.Cognito config;
    private final String redirectUri;
    private final CognitoKeys keys;
    private final CognitoSpans spans;
    private final InstantSource clock;
    private final CognitoTokenVerifier verifier;
    // Asks Cognito nothing.
    private final OAuth2Auth urls;
    private final CognitoConnections connections;
    // During a rotation two are good for a while, and which one is known only by trying.
    private final int secrets;
    // The one that Cognito took last.
    private int current;

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
                        .setUserAgent(USER_AGENT)
                        .setFollowRedirects(false)
                        .setConnectTimeout((int) config.timeout().toMillis()));
        this.clock = clock;
        this.keys = new CognitoKeys(vertx, web, config, spans, clock);
        this.verifier = new CognitoTokenVerifier(config, gateway.tokens().clockSkew(), keys, clock);
        Stream<Optional<Secret>> shown = config.clientSecrets().isEmpty()
                ? Stream.of(Optional.empty())
                : config.clientSecrets().stream().map(Optional::of);
        Duration longest = longestCall(gateway);
        List<OAuth2Options> clients =
                shown.map(secret -> options(secret, longest)).toList();
        this.secrets = clients.size();
        this.urls = OAuth2Auth.create(vertx, clients.get(0));
        this.connections = new CognitoConnections(
                vertx,
                config.connections().max(),
                config.connections().maxWaiting(),
                () -> clients.stream()
                        .map(options -> OAuth2Auth.create(vertx, options))
                        .toList());
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
        String url = urls.authorizeURL(parameters);
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
        return call(
                        () -> spans.token("exchange"),
                        config.timeout(),
                        client -> client.authenticate(credentials),
                        GRANT_REFUSED)
                .compose(user -> tokens(user, Optional.of(nonce)));
    }

    @Override
    public Future<IdpTokens> refresh(String refreshToken, Duration patience) {
        User user = User.create(new JsonObject().put("refresh_token", refreshToken));
        return call(() -> spans.token("refresh"), patience, client -> client.refresh(user), GRANT_REFUSED)
                .compose(fresh -> tokens(fresh, Optional.empty())
                        // Cognito accepted the refresh token; that we cannot read its answer must not end the sign-in.
                        .recover(error -> Future.failedFuture(
                                new UnverifiedTokens(String.valueOf(error.getMessage()), refreshToken(fresh)))));
    }

    @Override
    public Future<Void> revoke(String refreshToken) {
        User user = User.create(new JsonObject().put("refresh_token", refreshToken));
        return call(
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

    /**
     * @param limit for the answer
     * @param refusals what Cognito says where asking again would not help; everything else is trouble
     */
    private <T> Future<T> call(
            Supplier<Span> spans, Duration limit, Function<OAuth2Auth, Future<T>> call, Set<String> refusals) {
        return call(spans, current, secrets, limit, call, refusals);
    }

    /** @param untried how many secrets there are that Cognito has not refused for this call */
    private <T> Future<T> call(
            Supplier<Span> spans,
            int secret,
            int untried,
            Duration limit,
            Function<OAuth2Auth, Future<T>> call,
            Set<String> refusals) {
        Span span = spans.get();
        return connections
                .use(secret, config.timeout().dividedBy(2), limit, call)
                .onComplete(done -> CognitoSpans.end(span, done))
                .onSuccess(taken -> take(secret))
                .recover(error -> {
                    if (error instanceof Outage) {
                        return Future.failedFuture(error);
                    }
                    String code = errorCode(error);
                    if (refusals.contains(code)) {
                        return Future.failedFuture(new IdpRefused("Cognito answered " + code));
                    }
                    // Cognito looks at the secret before anything else, so nothing was spent by asking.
                    return code.equals("invalid_client") && untried > 1
                            ? call(spans, (secret + 1) % secrets, untried - 1, limit, call, refusals)
                            : Future.failedFuture(trouble(code, error));
                });
    }

    /** From now on this secret is tried first: a rotation must not cost every call another one. */
    private void take(int secret) {
        if (secret != current) {
            current = secret;
            LOG.atInfo().addKeyValue("secret", secret + 1).log("Cognito takes the app client's other secret now");
        }
    }

    /** The library hands on what Cognito said as text, {@code code[: description]}; anything but a known code is trouble. */
    static String errorCode(Throwable error) {
        return String.valueOf(error.getMessage()).split(":", 2)[0].trim();
    }

    private static Outage trouble(String code, Throwable error) {
        switch (code) {
            case "invalid_client", "unauthorized_client", "invalid_request", "unsupported_grant_type":
                LOG.atError()
                        .addKeyValue("error", code)
                        .log("Cognito refuses this gateway: check the app client's id, secret and callback URL");
                return new Outage("cognito", "answered " + code);
            default:
                // The message can hold a whole page of the provider's; its kind is enough.
                return new Outage(
                        "cognito", "no usable answer, " + error.getClass().getSimpleName());
        }
    }

    /** Of all that are made here: a refresh may take as long as its lease lets it. */
    private static Duration longestCall(GatewayConfig gateway) {
        Duration refresh = gateway.refresh().patienceWithIdp(gateway.cognito().timeout());
        return refresh.compareTo(gateway.cognito().timeout()) < 0
                ? gateway.cognito().timeout()
                : refresh;
    }

    private OAuth2Options options(Optional<Secret> secret, Duration longest) {
        OAuth2Options options = new OAuth2Options()
                .setClientId(config.clientId())
                .setSite(config.domain())
                .setAuthorizationPath(config.paths().authorize())
                .setTokenPath(config.paths().token())
                .setRevocationPath(config.paths().revoke())
                .setUserAgent(USER_AGENT)
                .setHttpClientOptions(new HttpClientOptions()
                        .setConnectTimeout((int) config.timeout().toMillis())
                        // A call that hangs keeps its connection, of which there are few: when the call is given up it
                        // has to go. Not by what was last read: a call may come when that is long ago.
                        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                        .setIdleTimeout((int) longest.plus(SLACK).toMillis()));
        secret.ifPresent(value -> options.setClientSecret(value.reveal()));
        return options;
    }
}
