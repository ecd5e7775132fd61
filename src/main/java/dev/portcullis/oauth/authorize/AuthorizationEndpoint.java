package dev.portcullis.oauth.authorize;

import dev.portcullis.audit.AuditLog;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.RandomTokens;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.http.Cookies;
import dev.portcullis.http.RequestBody;
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.oauth.grant.AuthorizationCodes;
import dev.portcullis.oauth.login.Login;
import dev.portcullis.oauth.login.LoginReturn;
import dev.portcullis.oauth.login.Logins;
import dev.portcullis.pages.Pages;
import io.vertx.core.http.HttpServerRequest;
import java.time.InstantSource;
import java.util.Map;

/** The three stations of a login in the browser, put together. */
public final class AuthorizationEndpoint {
    private final LoginPages pages;
    private final AuthorizeHandler authorize;
    private final ConsentHandler consent;
    private final CallbackHandler callback;

    /** @param otherLogins who goes on with a login that came back and was not for an authorization */
    public AuthorizationEndpoint(
            GatewayConfig config,
            Clients clients,
            Sealer sealer,
            Logins logins,
            Map<Login.Purpose, LoginReturn> otherLogins,
            AuthorizationCodes codes,
            Pages templates,
            AuditLog audit,
            RandomTokens random,
            InstantSource clock) {
        RequestBody body = new RequestBody(config.http().maxFormBytes());
        Cookies cookies = new Cookies(!config.isPlainHttp());
        BrowserCookie browser = new BrowserCookie(cookies);
        AuthorizationResponse response = new AuthorizationResponse(config.publicUrl());
        this.pages = new LoginPages(config, templates, response);
        ConsentForms forms = new ConsentForms(sealer, config.login().pendingTtl(), clock);
        ApprovalsCookie approvals = new ApprovalsCookie(config, sealer, clock);
        Departure departure = new Departure(logins);
        this.authorize = new AuthorizeHandler(
                config.publicUrl(),
                body,
                new AuthorizationRequestReader(config, clients),
                forms,
                approvals,
                departure,
                pages,
                browser,
                random);
        this.consent = new ConsentHandler(config, body, forms, departure, response, pages, browser, audit);
        this.callback = new CallbackHandler(
                config, logins, otherLogins, codes, response, pages, approvals, audit, random, clock);
    }

    /** {@code GET} and {@code POST /authorize}. */
    public void authorize(HttpServerRequest request) {
        authorize.handle(request);
    }

    /** A page for a request that may not go on. */
    public void refused(HttpServerRequest request, Throwable failure) {
        pages.refused(request, failure);
    }

    /** {@code POST /consent}. */
    public void consent(HttpServerRequest request) {
        consent.handle(request);
    }

    /** {@code GET /consent}: somebody opens the address, or a browser brings back what it had open. */
    public void consentAgain(HttpServerRequest request) {
        consent.showAgain(request);
    }

    /** {@code GET /callback}. */
    public void callback(HttpServerRequest request) {
        callback.handle(request);
    }
}
