package dev.portcullis.oauth.authorize;

import dev.portcullis.audit.AuditEvent;
import dev.portcullis.audit.AuditLog;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.http.OwnForms;
import dev.portcullis.http.Parameters;
import dev.portcullis.http.RequestBody;
import dev.portcullis.oauth.OAuthError;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/** {@code POST /consent}: the person's answer. Approval sends the browser to the identity provider, denial back to the client. */
final class ConsentHandler {
    private final OwnForms ownForms;
    private final RequestBody body;
    private final ConsentForms forms;
    private final Departure departure;
    private final AuthorizationResponse response;
    private final LoginPages pages;
    private final BrowserCookie browser;
    private final AuditLog audit;

    ConsentHandler(
            GatewayConfig config,
            RequestBody body,
            ConsentForms forms,
            Departure departure,
            AuthorizationResponse response,
            LoginPages pages,
            BrowserCookie browser,
            AuditLog audit) {
        this.ownForms = new OwnForms(config.publicUrl());
        this.body = body;
        this.forms = forms;
        this.departure = departure;
        this.response = response;
        this.pages = pages;
        this.browser = browser;
        this.audit = audit;
    }

    void handle(HttpServerRequest request) {
        body.form(request).compose(form -> decide(request, form)).onFailure(failure -> pages.refused(request, failure));
    }

    /** There is nothing to show: the page belongs to one request of an application, which is not in this address. */
    void showAgain(HttpServerRequest request) {
        request.response().putHeader("Allow", "POST");
        pages.message(
                request,
                405,
                "There is nothing to answer here",
                "This address is where your answer to an application goes. The question itself is not kept.",
                "If your application is connected, all is well and you can close this window. Otherwise start the login again there.");
    }

    private Future<Void> decide(HttpServerRequest request, Parameters form) {
        Optional<AuthorizationRequest> authorization =
                browser.get(request).flatMap(secret -> form.get("request").flatMap(value -> forms.open(value, secret)));
        if (authorization.isEmpty() || !ownForms.sent(request)) {
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
                return departure
                        .leave(request, authorization.get(), Optional.empty())
                        .onSuccess(left -> record(request, authorization.get(), true));
            case "deny":
                deny(request, authorization.get());
                return Future.succeededFuture();
            default:
                throw OAuthError.invalidRequest("decision must be approve or deny");
        }
    }

    private void deny(HttpServerRequest request, AuthorizationRequest authorization) {
        record(request, authorization, false);
        OAuthError denied = new OAuthError(OAuthError.Code.ACCESS_DENIED, "the user did not agree");
        if (authorization.trusted()) {
            pages.redirect(
                    request,
                    authorization.redirectUri(),
                    authorization.clientName(),
                    response.error(authorization.redirectUri(), authorization.state(), denied));
        } else {
            // Whoever distrusts an application must not be sent to it all the same (OAuth 2.1 §7.12.2).
            pages.denied(request, authorization, denied);
        }
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
