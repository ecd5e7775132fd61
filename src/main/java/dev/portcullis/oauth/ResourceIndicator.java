package dev.portcullis.oauth;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/**
 * The {@code resource} parameter in canonical form: scheme and host in lower case, no slash at the end of a path (MCP 2026-07-28
 * authorization, "Canonical Server URI"). Tokens only ever carry the canonical form.
 */
public record ResourceIndicator(String value) {

    /** Empty for what RFC 8707 §2 forbids: no absolute URI, or one with a fragment. */
    public static Optional<ResourceIndicator> parse(String text) {
        try {
            URI uri = new URI(text);
            if (!uri.isAbsolute() || uri.getHost() == null || uri.getRawFragment() != null || text.length() > 2048) {
                return Optional.empty();
            }
            String path = uri.getRawPath().endsWith("/")
                    ? uri.getRawPath().substring(0, uri.getRawPath().length() - 1)
                    : uri.getRawPath();
            String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
            String authority = uri.getRawAuthority().toLowerCase(Locale.ROOT);
            return Optional.of(
                    new ResourceIndicator(uri.getScheme().toLowerCase(Locale.ROOT) + "://" + authority + path + query));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
