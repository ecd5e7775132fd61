package dev.portcullis.oauth.login;

import dev.portcullis.config.Cognito;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.Digests;
import dev.portcullis.crypto.RandomTokens;
import dev.portcullis.http.Cookies;
import dev.portcullis.http.Parameters;
import dev.portcullis.idp.IdentityProvider;
import dev.portcullis.idp.IdpTokens;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.Pkce;
import dev.portcullis.oauth.grant.Revoker;
import dev.portcullis.oauth.limit.IdpBudget;
import dev.portcullis.outage.Outage;
import dev.portcullis.redis.RedisLink;
import dev.portcullis.redis.SealedJson;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;

/** Logins under way; each comes back once, and only to the browser that began it. */
public final class Logins {
    // Of a Cognito authorization code (Cognito developer guide, "The token issuer endpoint").
    private static final Duration CODE_LIFE = Duration.ofMinutes(5);

    private final Cognito cognito;
    private final Duration ttl;
    private final RedisLink redis;
    private final SealedJson sealed;
    private final IdentityProvider idp;
    private final IdpBudget budget;
    private final Revoker revoker;
    private final LoginCookie cookie;
    private final RandomTokens random;

    public Logins(
            GatewayConfig config,
            RedisLink redis,
            SealedJson sealed,
            IdentityProvider idp,
            IdpBudget budget,
            Revoker revoker,
            RandomTokens random) {
        this.cognito = config.cognito();
        this.ttl = config.login().pendingTtl();
        this.redis = redis;
        this.sealed = sealed;
        this.idp = idp;
        this.budget = budget;
        this.revoker = revoker;
        this.cookie = new LoginCookie(new Cookies(!config.isPlainHttp()));
        this.random = random;
    }

    /** Begins a login in this browser; answers where to send it. Fails with {@link Outage} only. */
    public Future<String> begin(HttpServerRequest request, Login.Purpose purpose, JsonObject subject) {
        return begin(request, purpose, subject, Optional.empty());
    }

    /** @param prompt how the identity provider is to ask the person */
    public Future<String> begin(
            HttpServerRequest request, Login.Purpose purpose, JsonObject subject, Optional<String> prompt) {
        String state = random.next();
        String binding = random.next();
        String codeVerifier = random.next();
        String nonce = random.next();
        Login login = new Login(state, purpose, subject, codeVerifier, nonce);
        return store(login, binding, ttl).map(stored -> {
            cookie.set(request, state, binding, ttl);
            return idp.authorizationUrl(
                    new IdentityProvider.AuthorizationQuery(state, nonce, Pkce.codeChallenge(codeVerifier), prompt));
        });
    }

    /**
     * The login that a callback ends. It is taken out, so that a second callback with the same state finds nothing. Empty if there is none, or
     * if it was begun in another browser.
     */
    public Future<Optional<Login>> end(HttpServerRequest request, Parameters callback) {
        Optional<String> state =
                callback.get("state").filter(value -> callback.repeated("").isEmpty());
        Optional<String> binding = state.flatMap(value -> cookie.get(request, value));
        if (state.isEmpty() || binding.isEmpty()) {
            return Future.succeededFuture(Optional.empty());
        }
        return redis.take(key(state.get())).map(taken -> {
            cookie.clear(request, state.get());
            return taken.flatMap(value -> sealed.open(key(state.get()), value))
                    .filter(json -> Digests.equal(json.getString("binding"), Digests.sha256(binding.get())))
                    .map(json -> login(state.get(), json));
        });
    }

    /**
     * What the identity provider gives for it. Fails with {@link OAuthError}; or with {@link Outage}, and then the login is kept, so that the
     * person can load the same page again: a code that the provider has not seen, or has not answered, is good for a while (five minutes at
     * Cognito).
     */
    public Future<IdpTokens> complete(HttpServerRequest request, Login login, Parameters callback) {
        if (callback.get("iss").filter(named -> !cognito.isIssuer(named)).isPresent()) {
            // RFC 9207 §2.4: an answer of somebody else, whatever it says.
            return Future.failedFuture(
                    new OAuthError(OAuthError.Code.SERVER_ERROR, "the answer is not from the identity provider"));
        }
        if (callback.get("error").isPresent()) {
            return Future.failedFuture(idpError(callback));
        }
        Optional<String> code = callback.get("code");
        if (code.isEmpty()) {
            return Future.failedFuture(
                    new OAuthError(OAuthError.Code.SERVER_ERROR, "the identity provider sent no code"));
        }
        return budget.loginTurn()
                .compose(mayGo -> idp.exchange(code.get(), login.codeVerifier(), login.nonce()))
                .recover(failure -> failure instanceof Outage
                        ? keep(request, login).transform(kept -> Future.failedFuture(failure))
                        : Future.failedFuture(new OAuthError(
                                OAuthError.Code.SERVER_ERROR, "the identity provider did not confirm the login")));
    }

    private Future<Void> keep(HttpServerRequest request, Login login) {
        String binding = random.next();
        return store(login, binding, ttl.compareTo(CODE_LIFE) < 0 ? ttl : CODE_LIFE)
                .onSuccess(stored -> cookie.set(request, login.state(), binding, ttl));
    }

    private Future<Void> store(Login login, String binding, Duration lifetime) {
        JsonObject value = new JsonObject()
                .put("for", login.purpose().name())
                .put("subject", login.subject())
                .put("binding", Digests.sha256(binding))
                .put("verifier", login.codeVerifier())
                .put("nonce", login.nonce());
        return redis.put(key(login.state()), sealed.seal(key(login.state()), value), lifetime);
    }

    /** Where to send a browser so that its session at the identity provider ends too; empty where that is not done. */
    public Optional<String> signOutUrl(String returnTo) {
        return idp.signOutUrl(returnTo);
    }

    /** Ends a sign-in that nobody has a use for. */
    public void discard(IdpTokens tokens) {
        tokens.refreshToken().ifPresent(revoker::endSignIn);
    }

    /** Cognito's own words stay here: they can hold what a trigger or another provider said (OAuth 2.1 §4.1.2.1). */
    private static OAuthError idpError(Parameters callback) {
        switch (callback.get("error").orElse("")) {
            case "access_denied":
                return new OAuthError(OAuthError.Code.ACCESS_DENIED, "the identity provider refused the login");
            case "login_required":
                return new OAuthError(OAuthError.Code.LOGIN_REQUIRED, "the user has to sign in, and prompt is none");
            case "temporarily_unavailable":
                return new OAuthError(
                        OAuthError.Code.TEMPORARILY_UNAVAILABLE, "the identity provider is not available");
            default:
                return new OAuthError(
                        OAuthError.Code.SERVER_ERROR, "the identity provider could not complete the login");
        }
    }

    private static Login login(String state, JsonObject json) {
        return new Login(
                state,
                Login.Purpose.valueOf(json.getString("for")),
                json.getJsonObject("subject"),
                json.getString("verifier"),
                json.getString("nonce"));
    }

    private static String key(String state) {
        return "pc:tx:{" + state + "}";
    }
}
