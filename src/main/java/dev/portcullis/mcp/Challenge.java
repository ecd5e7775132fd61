package dev.portcullis.mcp;

import dev.portcullis.config.GatewayConfig;
import java.util.List;
import java.util.Optional;

/**
 * The {@code WWW-Authenticate} header of one resource (RFC 6750 §3, RFC 9728 §5.1): one line, every value quoted, because clients look for it
 * that way.
 */
final class Challenge {
    private final String resourceMetadata;
    private final String scope;

    Challenge(GatewayConfig.Upstream upstream) {
        this.resourceMetadata = upstream.metadataUrl();
        this.scope = String.join(" ", upstream.scopes());
    }

    /** No credentials: no error either (RFC 6750 §3.1). */
    String missing() {
        return header(Optional.empty(), "");
    }

    String invalidToken(String description) {
        return header(Optional.of("invalid_token"), description);
    }

    /** Of a request that is malformed (RFC 6750 §3.1). */
    String invalidRequest(String description) {
        return header(Optional.of("invalid_request"), description);
    }

    /** The same, for an operation that needs more than the resource does. */
    String insufficientScope(List<String> more) {
        return header(
                Optional.of("insufficient_scope"),
                "the access token lacks a scope this operation needs",
                scope + " " + String.join(" ", more));
    }

    /** Names everything the resource needs, so that one more authorization is enough (MCP 2026-07-28 "Scope Challenge Handling"). */
    String insufficientScope() {
        return header(Optional.of("insufficient_scope"), "the access token lacks a scope this server needs");
    }

    private String header(Optional<String> error, String description) {
        return header(error, description, scope);
    }

    private String header(Optional<String> error, String description, String scope) {
        return "Bearer "
                + error.map(code -> "error=\"" + code + "\", error_description=\"" + description + "\", ")
                        .orElse("")
                + "resource_metadata=\"" + resourceMetadata + "\", scope=\"" + scope + "\"";
    }
}
