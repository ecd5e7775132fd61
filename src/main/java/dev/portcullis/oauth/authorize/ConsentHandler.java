package dev.portcullis.oauth.authorize;

import dev.portcullis.audit.AuditEvent;
import dev.portcullis.audit.AuditLog;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.http.Answers;
import dev.portcullis.http.Parameters;
import dev.portcullis.http.RequestBody;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.login.Login;
import dev.portcullis.oauth.login.Logins;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/** {@code POST /consent}: the person's answer. Approval sends the browser to the identity provider, denial back to the client. */
final class ConsentHandler {
    private final GatewayConfig config;
    private final RequestBody body;
    private final ConsentForms forms;
    private final Logins logins;
    private final AuthorizationResponse response;
    private final LoginPages pages;
    private final BrowserCookie browser;
    private final AuditLog audit;

    ConsentHandler(
            GatewayConfig config,
            RequestBody body,
            ConsentForms forms,
            Logins logins,
            AuthorizationResponse response,
            LoginPages pages,
            BrowserCookie browser,
            AuditLog audit) {
        this.config = config;
        this.body = body;
        this.forms = forms;
        this.logins = logins;
        this.response = response;
        this.pages = pages;
        this.browser = browser;
        this.audit = audit;
    }

    void handle(HttpServerRequest request) {
        body.form(request).compose(form -> decide(request, form)).onFailure(failure -> pages.refused(request, failure));
    }

    private Future<Void> decide(HttpServerRequest request, Parameters form) {
        Optional<AuthorizationRequest> authorization =
                browser.get(request).flatMap(secret -> form.get("request").flatMap(value -> forms.open(value, secret)));
        if (authorization.isEmpty() || !fromOurPage(request)) {
            pages.message(
                    request,
                    403,
                    "This page is too old",
                    "The form was opened in another browser, or too long ago, or cookies are switched off.",
                    "Go back to your application and start the login again.");
            return Future.succeededFuture();
        }
        switch (form.get("decision").orElse("")) {
            case "approve":
                return approve(request, authorization.get());
            case "deny":
                deny(request, authorization.get());
                return Future.succeededFuture();
            default:
                throw OAuthError.invalidRequest("decision must be approve or deny");
        }
    }

    /** Browsers say where a form was; a page of somebody else cannot lie about it. */
    private boolean fromOurPage(HttpServerRequest request) {
        String origin = request.getHeader("Origin");
        return origin == null || origin.equals(config.publicUrl());
    }

    private Future<Void> approve(HttpServerRequest request, AuthorizationRequest authorization) {
        return logins.begin(request, Login.Purpose.AUTHORIZATION, authorization.toJson())
                .onSuccess(url -> {
                    record(request, authorization, true);
                    Answers.seeOther(request, url);
                })
                .mapEmpty();
    }

    private void deny(HttpServerRequest request, AuthorizationRequest authorization) {
        record(request, authorization, false);
        OAuthError denied = new OAuthError(OAuthError.Code.ACCESS_DENIED, "the user did not agree");
        pages.redirect(
                request,
                authorization.redirectUri(),
                authorization.clientName(),
                response.error(authorization.redirectUri(), authorization.state(), denied));
    }

    private void record(HttpServerRequest request, AuthorizationRequest authorization, boolean given) {
        audit.of(request)
                .record(new AuditEvent.Consent(
                        given,
                        authorization.clientId(),
                        authorization.clientName(),
                        authorization.resource(),
                        authorization.scopes().tokens()));
    }
}
