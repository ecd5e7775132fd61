package dev.portcullis.oauth.authorize;

import dev.portcullis.audit.Access;
import dev.portcullis.audit.AuditEvent;
import dev.portcullis.audit.AuditLog;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.RandomTokens;
import dev.portcullis.http.Answers;
import dev.portcullis.http.HttpProblem;
import dev.portcullis.http.Parameters;
import dev.portcullis.idp.IdpTokens;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthErrors;
import dev.portcullis.oauth.grant.AuthorizationCodes;
import dev.portcullis.oauth.grant.Grant;
import dev.portcullis.oauth.login.Login;
import dev.portcullis.oauth.login.LoginReturn;
import dev.portcullis.oauth.login.Logins;
import dev.portcullis.outage.Outage;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * {@code GET /callback}: the browser comes back from the identity provider; the client gets its
 * authorization code. Logins for anything else go on where they belong.
 */
final class CallbackHandler {
    // Of a sign-in, in the audit log.
    private static final String PURPOSE = "authorization";

    private final GatewayConfig config;
    private final Logins logins;
    private final Map<Login.Purpose, LoginReturn> others;
    private final AuthorizationCodes codes;
    private final AuthorizationResponse response;
    private final LoginPages pages;
    private final ApprovalsCookie approvals;
    private final AuditLog audit;
    private final RandomTokens random;
    private final InstantSource clock;

    CallbackHandler(
            GatewayConfig config,
            Logins logins,
            Map<Login.Purpose, LoginReturn> others,
            AuthorizationCodes codes,
            AuthorizationResponse response,
            LoginPages pages,
            ApprovalsCookie approvals,
            AuditLog audit,
            RandomTokens random,
            InstantSource clock) {
        this.config = config;
        this.logins = logins;
        this.others = others;
        this.codes = codes;
        this.response = response;
        this.pages = pages;
        this.approvals = approvals;
        this.audit = audit;
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
        logins.end(request, parameters)
                .onFailure(failure -> pages.refused(request, failure))
                .onSuccess(ended ->
                        ended.ifPresentOrElse(login -> goOn(request, login, parameters), () -> notOurs(request)));
    }

    private void goOn(HttpServerRequest request, Login login, Parameters parameters) {
        LoginReturn purpose = others.getOrDefault(login.purpose(), this::finish);
        purpose.returned(request, login, parameters);
    }

    private void finish(HttpServerRequest request, Login login, Parameters parameters) {
        AuthorizationRequest authorization = AuthorizationRequest.fromJson(login.subject());
        AuditLog.Trail trail = audit.of(request);
        logins.complete(request, login, parameters)
                .compose(tokens -> answer(request, login, authorization, tokens))
                .onFailure(failure -> trail.record(notSignedIn(authorization, failure)))
                .recover(failure -> failure instanceof Outage
                        ? Future.failedFuture(failure)
                        : refusal(request, authorization, failure))
                .onFailure(outage -> pages.unavailable(request, (Outage) outage, Optional.of(authorization.origin())));
    }

    private Future<Void> refusal(HttpServerRequest request, AuthorizationRequest authorization, Throwable failure) {
        OAuthErrors.log(request, failure);
        pages.redirect(
                request,
                authorization.redirectUri(),
                authorization.clientName(),
                response.error(authorization.redirectUri(), authorization.state(), OAuthError.of(failure)));
        return Future.succeededFuture();
    }

    private static AuditEvent notSignedIn(AuthorizationRequest authorization, Throwable failure) {
        return new AuditEvent.NotSignedIn(
                Access.nothingKnown().client(authorization.clientId()).resource(authorization.resource()),
                PURPOSE,
                failure instanceof Outage,
                OAuthError.of(failure).description());
    }

    private Future<Void> answer(
            HttpServerRequest request, Login login, AuthorizationRequest authorization, IdpTokens tokens) {
        if (Departure.approver(login)
                .filter(user -> !user.equals(Approval.digest(tokens.claims())))
                .isPresent()) {
            // Somebody else approved it in this browser: this person has to be asked, and this login is worth nothing.
            logins.discard(tokens);
            if (authorization.isSilent()) {
                // OpenID Connect Core §3.1.2.6: nothing may be shown, so nobody can be asked.
                return Future.failedFuture(new OAuthError(
                        OAuthError.Code.CONSENT_REQUIRED,
                        "another user is signed in and has to be asked, and prompt is none"));
            }
            return Answers.seeOther(request, config.publicUrl() + "/authorize?" + authorization.query());
        }
        Grant grant = grant(authorization, tokens);
        return codes.issue(
                        grant,
                        new AuthorizationCodes.Binding(
                                authorization.clientId(),
                                authorization.redirectUri(),
                                authorization.resource(),
                                authorization.codeChallenge()))
                // Nobody will get a code for it.
                .onFailure(failure -> logins.discard(tokens))
                .onSuccess(code -> {
                    audit.of(request)
                            .record(new AuditEvent.SignedIn(
                                    grant.access(), PURPOSE, grant.user().username()));
                    approvals.remember(request, authorization, tokens.claims());
                    pages.redirect(
                            request,
                            authorization.redirectUri(),
                            authorization.clientName(),
                            response.success(authorization.redirectUri(), authorization.state(), code));
                })
                .mapEmpty();
    }

    private Grant grant(AuthorizationRequest authorization, IdpTokens tokens) {
        Instant now = clock.instant();
        return new Grant(
                random.next(16),
                authorization.clientId(),
                authorization.clientName(),
                authorization.clientHost(),
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

    private void notOurs(HttpServerRequest request) {
        pages.message(
                request,
                400,
                "This login cannot be finished here",
                "It was started in another browser, it was finished already, or it took too long.",
                "If your application is connected, all is well and you can close this window. Otherwise start again there.");
    }
}
