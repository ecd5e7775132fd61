package dev.portcullis.oauth.authorize;

import dev.portcullis.http.Cookies;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** Tells one browser from another while it looks at a consent page; proves nothing about who sits in front of it. */
final class BrowserCookie {
    private static final String NAME = "portcullis_browser";
    private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9_-]{43}");

    private final Cookies cookies;

    BrowserCookie(Cookies cookies) {
        this.cookies = cookies;
    }

    Optional<String> get(HttpServerRequest request) {
        return cookies.get(request, NAME).filter(value -> SECRET.matcher(value).matches());
    }

    void set(HttpServerRequest request, String secret) {
        cookies.set(request.response(), NAME, secret, Duration.ofHours(12));
    }
}
