package dev.portcullis.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/**
 * Cross-origin access for endpoints that any web page may call, because they take no cookie: metadata, registration, token (OAuth 2.1 §3.2).
 * Never for pages that a person sees.
 */
public final class Cors {
    private static final String DAY = "86400";

    private Cors() {}

    /** To be called for every answer of such an endpoint, errors included. */
    public static void open(HttpServerRequest request) {
        if (request.getHeader("Origin") != null) {
            request.response()
                    .putHeader("Access-Control-Allow-Origin", "*")
                    .putHeader("Access-Control-Expose-Headers", "WWW-Authenticate, Retry-After, X-Request-Id");
        }
    }

    /** Answers a preflight request. */
    public static void preflight(HttpServerRequest request, String methods) {
        HttpServerResponse response = request.response();
        open(request);
        response.setStatusCode(204)
                .putHeader("Access-Control-Allow-Methods", methods)
                .putHeader("Access-Control-Max-Age", DAY)
                .putHeader("Vary", "Origin, Access-Control-Request-Headers");
        // Reflected, because a wildcard never covers Authorization and MCP clients add headers of their own.
        String wanted = request.getHeader("Access-Control-Request-Headers");
        if (wanted != null) {
            response.putHeader("Access-Control-Allow-Headers", wanted);
        }
        response.end();
    }
}
