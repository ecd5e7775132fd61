package dev.portcullis.oauth;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/**
 * The {@code resource} parameter in canonical form: scheme and host in lower case, no default port, no slash at the end of a path (MCP
 * 2026-07-28 authorization, "Canonical Server URI"), and no query, because no server here is told from another by one while clients repeat
 * whatever URL a person gave them. Tokens only ever carry the canonical form.
 */
public record ResourceIndicator(String value) {

    /** Empty for what RFC 8707 §2 forbids, no absolute URI or one with a fragment, and for one with a user in it. */
    public static Optional<ResourceIndicator> parse(String text) {
        try {
            URI uri = new URI(text);
            if (!uri.isAbsolute()
                    || uri.getHost() == null
                    || uri.getRawUserInfo() != null
                    || uri.getRawFragment() != null
                    || text.length() > 2048) {
                return Optional.empty();
            }
            String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
            boolean defaultPort = uri.getPort() < 0 || uri.getPort() == (scheme.equals("https") ? 443 : 80);
            String authority = uri.getHost().toLowerCase(Locale.ROOT) + (defaultPort ? "" : ":" + uri.getPort());
            String path = uri.getRawPath().endsWith("/")
                    ? uri.getRawPath().substring(0, uri.getRawPath().length() - 1)
                    : uri.getRawPath();
            return Optional.of(new ResourceIndicator(scheme + "://" + authority + path));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
