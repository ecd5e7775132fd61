package dev.portcullis.dev.mcp;

import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.Locale;
import java.util.Set;

/**
 * Lets in only who names this machine: web pages from elsewhere may reach a local port through the visitor's browser,
 * and through DNS rebinding even under their own name (MCP 2026-07-28 transports, "Security &amp; Endpoint").
 */
final class LoopbackGuard {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1", "[::1]");

    private final boolean local;

    LoopbackGuard(String boundTo) {
        this.local = isLoopback(boundTo);
    }

    boolean admits(HttpServerRequest request) {
        var origins = request.headers().getAll("Origin");
        return origins.stream().allMatch(LoopbackGuard::isLoopbackOrigin) && admitsHost(request);
    }

    /** Bound to more than loopback, the server has names it does not know of. */
    private boolean admitsHost(HttpServerRequest request) {
        var authority = request.authority();
        return !local || (authority != null && isLoopback(authority.host()));
    }

    private static boolean isLoopbackOrigin(String origin) {
        try {
            var host = URI.create(origin).getHost();
            return host != null && isLoopback(host);
        } catch (IllegalArgumentException noUri) {
            return false;
        }
    }

    private static boolean isLoopback(String host) {
        return LOOPBACK.contains(host.toLowerCase(Locale.ROOT));
    }
}
