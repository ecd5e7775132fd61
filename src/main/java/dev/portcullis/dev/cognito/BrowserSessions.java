package dev.portcullis.dev.cognito;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The domain's two cookies: the pool session, fixed at one hour and good for every app client, and {@code XSRF-TOKEN}. At
 * Cognito both are {@code Secure}; here the domain is plain HTTP on loopback, where not every client returns such a cookie.
 */
final class BrowserSessions {
    static final String SESSION_COOKIE = "cognito";
    static final String XSRF_COOKIE = "XSRF-TOKEN";
    private static final long SESSION_SECONDS = 3600;
    private static final Pattern TOKEN = Pattern.compile("[0-9a-f-]{36}");

    private final PoolState state;

    BrowserSessions(PoolState state) {
        this.state = state;
    }

    Optional<BrowserSession> current(RoutingContext ctx) {
        return cookie(ctx, SESSION_COOKIE).flatMap(state::session);
    }

    BrowserSession open(RoutingContext ctx, String username) {
        cookie(ctx, SESSION_COOKIE).ifPresent(state::closeSession);
        String id = state.openSession(username);
        ctx.response().addCookie(hardened(SESSION_COOKIE, id).setMaxAge(SESSION_SECONDS));
        return state.session(id).orElseThrow(() -> new IllegalStateException("no active user " + username));
    }

    void close(RoutingContext ctx) {
        cookie(ctx, SESSION_COOKIE).ifPresent(state::closeSession);
        ctx.response().addCookie(hardened(SESSION_COOKIE, "").setMaxAge(0));
    }

    /** Every answer of the domain carries the cookie; a browser keeps the value it has. */
    String xsrfToken(RoutingContext ctx) {
        String token = ctx.get(XSRF_COOKIE);
        if (token == null) {
            token = cookie(ctx, XSRF_COOKIE)
                    .filter(text -> TOKEN.matcher(text).matches())
                    .orElseGet(() -> UUID.randomUUID().toString());
            ctx.put(XSRF_COOKIE, token);
            ctx.response().addCookie(hardened(XSRF_COOKIE, token));
        }
        return token;
    }

    /** The cookie the browser sent; not the one it is going to get. */
    Optional<String> presentedXsrfToken(RoutingContext ctx) {
        return cookie(ctx, XSRF_COOKIE);
    }

    private static Optional<String> cookie(RoutingContext ctx, String name) {
        return Optional.ofNullable(ctx.request().getCookie(name))
                .map(Cookie::getValue)
                .filter(value -> !value.isEmpty());
    }

    private static Cookie hardened(String name, String value) {
        return Cookie.cookie(name, value).setPath("/").setHttpOnly(true).setSameSite(CookieSameSite.LAX);
    }
}
