package dev.portcullis.mcp;

import dev.portcullis.config.GatewayConfig;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.HashSet;
import java.util.Set;

/** Web pages may call an MCP endpoint only from origins on the list (MCP 2025-11-25 transports, "Security Warning"); programs send none. */
final class OriginGuard {
    static final String METHODS = "GET, POST, DELETE, OPTIONS";

    private static final String EXPOSED = "Mcp-Session-Id, WWW-Authenticate, Retry-After, X-Request-Id";

    private final Set<String> allowed;

    OriginGuard(GatewayConfig config, GatewayConfig.Upstream upstream) {
        this.allowed = new HashSet<>(config.http().origins());
        this.allowed.add(config.publicUrl());
        this.allowed.add(upstream.origin());
    }

    /** Whether to go on; otherwise the request is answered. */
    boolean admit(HttpServerRequest request) {
        String origin = request.getHeader("Origin");
        if (origin == null) {
            return true;
        }
        if (!allowed.contains(origin)) {
            Refusal.write(request, 403, "origin_not_allowed", "web pages of this origin may not call this server");
            return false;
        }
        request.response()
                .putHeader("Access-Control-Allow-Origin", origin)
                .putHeader("Vary", "Origin")
                .putHeader("Access-Control-Expose-Headers", EXPOSED);
        return true;
    }

    /** Preflight requests carry no token, and must not need one. */
    void preflight(HttpServerRequest request) {
        HttpServerResponse response = request.response().setStatusCode(204);
        response.putHeader("Access-Control-Allow-Methods", METHODS)
                .putHeader("Access-Control-Max-Age", "7200")
                .putHeader("Vary", "Origin, Access-Control-Request-Headers")
                .putHeader("Allow", METHODS);
        String wanted = request.getHeader("Access-Control-Request-Headers");
        if (wanted != null) {
            // Reflected: Mcp-Param-* has no wildcard, and * never covers Authorization.
            response.putHeader("Access-Control-Allow-Headers", wanted);
        }
        response.end();
    }
}
