package dev.portcullis.oauth.authorize;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.RandomTokens;
import dev.portcullis.http.HttpProblem;
import dev.portcullis.http.Parameters;
import dev.portcullis.idp.IdentityProvider;
import dev.portcullis.idp.IdpTokens;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthErrors;
import dev.portcullis.oauth.grant.AuthorizationCodes;
import dev.portcullis.oauth.grant.Grant;
import dev.portcullis.outage.Outage;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** {@code GET /callback}: the browser comes back from the identity provider; the client gets its authorization code. */
final class CallbackHandler {
    private final GatewayConfig config;
    private final PendingAuthorizations pending;
    private final IdentityProvider idp;
    private final AuthorizationCodes codes;
    private final AuthorizationResponse response;
    private final LoginPages pages;
    private final LoginCookie login;
    private final RandomTokens random;
    private final InstantSource clock;

    CallbackHandler(
            GatewayConfig config,
            PendingAuthorizations pending,
            IdentityProvider idp,
            AuthorizationCodes codes,
            AuthorizationResponse response,
            LoginPages pages,
            LoginCookie login,
            RandomTokens random,
            InstantSource clock) {
        this.config = config;
        this.pending = pending;
        this.idp = idp;
        this.codes = codes;
        this.response = response;
        this.pages = pages;
        this.login = login;
        this.random = random;
        this.clock = clock;
    }

    void handle(HttpServerRequest request) {
        Parameters parameters;
        try {
            parameters = Parameters.parse(Optional.ofNullable(request.query()).orElse(""));
        } catch (IllegalArgumentException e) {
            pages.refused(request, new HttpProblem(400, "the query is not well-formed"));
            return;
        }
        Optional<String> state =
                parameters.get("state").filter(value -> parameters.repeated("").isEmpty());
        Optional<String> binding = state.flatMap(value -> login.get(request, value));
        if (state.isEmpty() || binding.isEmpty()) {
            notOurs(request);
            return;
        }
        pending.take(state.get(), binding.get())
                .onFailure(failure -> pages.refused(request, failure))
                .onSuccess(taken -> {
                    login.clear(request, state.get());
                    taken.ifPresentOrElse(
                            authorization -> finish(request, authorization, parameters), () -> notOurs(request));
                });
    }

    private void finish(HttpServerRequest request, PendingAuthorizations.Pending approved, Parameters parameters) {
        AuthorizationRequest authorization = approved.request();
        issueCode(approved, parameters)
                .map(code -> response.success(authorization.redirectUri(), authorization.state(), code))
                .recover(failure -> failure instanceof Outage
                        ? Future.failedFuture(failure)
                        : refusal(request, authorization, failure))
                .onSuccess(url -> pages.redirect(request, authorization.redirectUri(), authorization.clientName(), url))
                .onFailure(outage -> pages.unavailable(
                        request,
                        (Outage) outage,
                        Optional.of(
                                new AuthorizationRefused.Origin(authorization.redirectUri(), authorization.state()))));
    }

    private Future<String> refusal(HttpServerRequest request, AuthorizationRequest authorization, Throwable failure) {
        OAuthErrors.log(request, failure);
        return Future.succeededFuture(
                response.error(authorization.redirectUri(), authorization.state(), OAuthError.of(failure)));
    }

    private Future<String> issueCode(PendingAuthorizations.Pending approved, Parameters parameters) {
        if (parameters.get("error").isPresent()) {
            return Future.failedFuture(idpError(parameters));
        }
        Optional<String> code = parameters.get("code");
        if (code.isEmpty()) {
            return Future.failedFuture(
                    new OAuthError(OAuthError.Code.SERVER_ERROR, "the identity provider sent no code"));
        }
        AuthorizationRequest authorization = approved.request();
        return idp.exchange(code.get(), approved.codeVerifier(), approved.nonce())
                .recover(failure -> failure instanceof Outage
                        ? Future.failedFuture(failure)
                        : Future.failedFuture(new OAuthError(
                                OAuthError.Code.SERVER_ERROR, "the identity provider did not confirm the login")))
                .compose(tokens -> codes.issue(
                        grant(authorization, tokens),
                        new AuthorizationCodes.Binding(
                                authorization.clientId(),
                                authorization.redirectUri(),
                                authorization.resource(),
                                authorization.codeChallenge())));
    }

    private Grant grant(AuthorizationRequest authorization, IdpTokens tokens) {
        Instant now = clock.instant();
        return new Grant(
                random.next(16),
                authorization.clientId(),
                authorization.clientName(),
                authorization.resource(),
                authorization.scopes(),
                tokens.claims(),
                tokens.email(),
                tokens.accessToken(),
                tokens.refreshToken(),
                tokens.refreshToken(),
                now,
                now.plus(config.refresh().maxLifetime()));
    }

    /** Cognito's own words stay here: they can hold what a trigger or another provider said (OAuth 2.1 §4.1.2.1). */
    private static OAuthError idpError(Parameters parameters) {
        switch (parameters.get("error").orElse("")) {
            case "access_denied":
                return new OAuthError(OAuthError.Code.ACCESS_DENIED, "the identity provider refused the login");
            case "temporarily_unavailable":
                return new OAuthError(
                        OAuthError.Code.TEMPORARILY_UNAVAILABLE, "the identity provider is not available");
            default:
                return new OAuthError(
                        OAuthError.Code.SERVER_ERROR, "the identity provider could not complete the login");
        }
    }

    private void notOurs(HttpServerRequest request) {
        pages.message(
                request,
                400,
                "This login cannot be finished here",
                "It was started in another browser, it was finished already, or it took too long.",
                "If your application is connected, all is well and you can close this window. Otherwise start again there.");
    }
}
