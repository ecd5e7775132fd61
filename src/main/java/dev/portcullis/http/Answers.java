package dev.portcullis.http;

import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;

/** Writes whole answers: JSON, pages and redirects, each with the headers that kind must have. */
public final class Answers {
    // No form-action: Chromium applies it to the redirects after a form post, the one to the client included. No
    // script, no foreign content.
    private static final String PAGE_POLICY =
            "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";

    private Answers() {}

    /** JSON that may hold a token or a secret (RFC 6749 §5.1). */
    public static Future<Void> json(HttpServerRequest request, int status, JsonObject body) {
        request.response().putHeader("Cache-Control", "no-store").putHeader("Pragma", "no-cache");
        return publicJson(request, status, body);
    }

    /** JSON; the caller has said how long it may be cached. */
    public static Future<Void> publicJson(HttpServerRequest request, int status, JsonObject body) {
        HttpServerResponse response = request.response().setStatusCode(status);
        response.putHeader("Content-Type", "application/json").putHeader("X-Content-Type-Options", "nosniff");
        closeIfUnread(request);
        return response.end(body.encode());
    }

    /** A page for a person: never framed, never cached, no referrer to elsewhere. */
    public static Future<Void> page(HttpServerRequest request, int status, String html) {
        HttpServerResponse response = request.response().setStatusCode(status);
        response.putHeader("Content-Type", "text/html; charset=utf-8")
                .putHeader("Cache-Control", "no-store")
                .putHeader("Content-Security-Policy", PAGE_POLICY)
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("X-Content-Type-Options", "nosniff")
                // Forms need their own Origin header, which no-referrer would turn into null.
                .putHeader("Referrer-Policy", "same-origin");
        closeIfUnread(request);
        return response.end(html);
    }

    /** 303: the next request is a GET whatever this one was, so no form is ever posted onwards (OAuth 2.1 §7.5.4). */
    public static Future<Void> seeOther(HttpServerRequest request, String location) {
        return request.response()
                .setStatusCode(303)
                .putHeader("Location", location)
                .putHeader("Cache-Control", "no-store")
                .putHeader("Referrer-Policy", "no-referrer")
                .end();
    }

    /** A body that was refused unread must not be taken for the next request on this connection. */
    public static void closeIfUnread(HttpServerRequest request) {
        if (!request.isEnded()) {
            request.response().putHeader("Connection", "close");
        }
    }
}
