package dev.portcullis.http;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Cookies of the login pages: {@code __Host-} (so Secure, Path=/, no Domain), HttpOnly, SameSite=Lax, because the way back from the identity
 * provider is a top-level navigation from another site. Browsers refuse that prefix on plain http, which exists on localhost only: there the
 * names are plain.
 */
public final class Cookies {
    private final boolean secure;

    public Cookies(boolean secure) {
        this.secure = secure;
    }

    public Optional<String> get(HttpServerRequest request, String name) {
        return Optional.ofNullable(request.getCookie(fullName(name))).map(Cookie::getValue);
    }

    /** The names of this kind that the browser sent. */
    public List<String> names(HttpServerRequest request, String prefix) {
        String full = fullName(prefix);
        return request.cookies().stream()
                .map(Cookie::getName)
                .filter(name -> name.startsWith(full))
                .map(name -> name.substring(full.length() - prefix.length()))
                .toList();
    }

    public void set(HttpServerResponse response, String name, String value, Duration maxAge) {
        response.addCookie(cookie(name, value).setMaxAge(maxAge.toSeconds()));
    }

    public void clear(HttpServerResponse response, String name) {
        response.addCookie(cookie(name, "").setMaxAge(0));
    }

    private Cookie cookie(String name, String value) {
        return Cookie.cookie(fullName(name), value)
                .setPath("/")
                .setHttpOnly(true)
                .setSecure(secure)
                .setSameSite(CookieSameSite.LAX);
    }

    private String fullName(String name) {
        return (secure ? "__Host-" : "") + name;
    }
}
