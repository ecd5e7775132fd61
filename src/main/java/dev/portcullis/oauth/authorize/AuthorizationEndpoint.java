package dev.portcullis.oauth.authorize;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.RandomTokens;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.http.Cookies;
import dev.portcullis.http.RequestBody;
import dev.portcullis.idp.IdentityProvider;
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.oauth.grant.AuthorizationCodes;
import dev.portcullis.pages.Pages;
import dev.portcullis.redis.RedisLink;
import dev.portcullis.redis.SealedJson;
import io.vertx.core.http.HttpServerRequest;
import java.time.InstantSource;

/** The three stations of a login in the browser, put together. */
public final class AuthorizationEndpoint {
    private final LoginPages pages;
    private final AuthorizeHandler authorize;
    private final ConsentHandler consent;
    private final CallbackHandler callback;

    public AuthorizationEndpoint(
            GatewayConfig config,
            Clients clients,
            Sealer sealer,
            RedisLink redis,
            IdentityProvider idp,
            AuthorizationCodes codes,
            Pages templates,
            RandomTokens random,
            InstantSource clock) {
        RequestBody body = new RequestBody(config.http().maxFormBytes());
        Cookies cookies = new Cookies(!config.isPlainHttp());
        BrowserCookie browser = new BrowserCookie(cookies);
        LoginCookie login = new LoginCookie(cookies);
        AuthorizationResponse response = new AuthorizationResponse(config.publicUrl());
        this.pages = new LoginPages(config, templates, response);
        ConsentForms forms = new ConsentForms(sealer, config.login().pendingTtl(), clock);
        PendingAuthorizations pending = new PendingAuthorizations(config.login(), redis, new SealedJson(sealer));
        this.authorize = new AuthorizeHandler(
                body, new AuthorizationRequestReader(config, clients), forms, pages, browser, random);
        this.consent = new ConsentHandler(config, body, forms, pending, idp, response, pages, browser, login, random);
        this.callback = new CallbackHandler(config, pending, idp, codes, response, pages, login, random, clock);
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

    /** {@code GET /callback}. */
    public void callback(HttpServerRequest request) {
        callback.handle(request);
    }
}
