package dev.portcullis.oauth.login;

import dev.portcullis.http.Cookies;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Binds a login to the browser that began it. Set immediately before the redirect to the identity
 * provider; one cookie a login, so that several can be under way (MCP security best practices, "OAuth State Parameter Validation").
 */
final class LoginCookie {
    // Abandoned logins must not fill the room there is for headers; each ends by itself after a while anyway.
    private static final int MAX_UNDER_WAY = 16;
    private static final String PREFIX = "portcullis_login_";
    // What RandomTokens makes; anything else would be no name of a cookie.
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{43}");

    private final Cookies cookies;

    LoginCookie(Cookies cookies) {
        this.cookies = cookies;
    }

    /** @param state as sent to the identity provider */
    Optional<String> get(HttpServerRequest request, String state) {
        return ID.matcher(state).matches() ? cookies.get(request, PREFIX + state) : Optional.empty();
    }

    void set(HttpServerRequest request, String state, String secret, Duration ttl) {
        List<String> underWay = cookies.names(request, PREFIX);
        underWay.stream()
                .limit(Math.max(0, underWay.size() - MAX_UNDER_WAY + 1))
                .forEach(name -> cookies.clear(request.response(), name));
        cookies.set(request.response(), PREFIX + state, secret, ttl);
    }

    void clear(HttpServerRequest request, String state) {
        cookies.clear(request.response(), PREFIX + state);
    }
}
