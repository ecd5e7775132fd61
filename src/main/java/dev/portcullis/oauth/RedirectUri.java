package dev.portcullis.oauth;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A redirect URI, kept byte for byte as the client wrote it. Comparison is by exact string; only the port of a loopback redirect is free,
 * because native apps listen on whatever port they get (RFC 8252 §7.3, OAuth 2.1 §8.4.2).
 */
public record RedirectUri(String value) {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final int MAX_LENGTH = 2000;

    /**
     * Reads a redirect URI that may be registered: https, http on loopback, or one of the private-use schemes the operator allows; absolute,
     * without fragment and user. Empty for anything else.
     */
    public static Optional<RedirectUri> parse(String text, List<String> privateUseSchemes) {
        return uri(text)
                .filter(uri -> uri.isAbsolute() && uri.getRawFragment() == null && uri.getRawUserInfo() == null)
                .filter(uri -> isWeb(uri) || isLoopback(uri) || privateUseSchemes.contains(uri.getScheme()))
                .map(uri -> new RedirectUri(text));
    }

    /** Whether an authorization request may use {@code requested} where this one is registered. */
    public boolean matches(String requested) {
        return value.equals(requested) || (isLoopback() && withoutPort(value).equals(withoutPort(requested)));
    }

    /** Any program on the person's own machine can listen there. */
    public boolean isLoopback() {
        return uri(value).filter(RedirectUri::isLoopback).isPresent();
    }

    /** What a person should be shown: host and port, or the scheme of a native app. */
    public String displayHost() {
        return uri(value)
                .map(uri -> isWeb(uri) || isLoopback(uri) ? uri.getRawAuthority() : uri.getScheme() + "://")
                .orElse(value);
    }

    /** Http(s): a browser that follows the redirect leaves the page; with other schemes it stays. */
    public boolean isHttp() {
        return value.startsWith("https://") || value.startsWith("http://");
    }

    private static boolean isWeb(URI uri) {
        return "https".equals(uri.getScheme()) && uri.getHost() != null;
    }

    private static boolean isLoopback(URI uri) {
        return "http".equals(uri.getScheme()) && uri.getHost() != null && LOOPBACK.contains(uri.getHost());
    }

    /** Empty stands for what can never match. */
    private static Optional<String> withoutPort(String text) {
        return uri(text)
                .filter(RedirectUri::isLoopback)
                .filter(uri -> uri.getRawUserInfo() == null && uri.getRawFragment() == null)
                .map(uri -> "http://" + uri.getHost().toLowerCase(Locale.ROOT) + uri.getRawPath()
                        + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()));
    }

    private static Optional<URI> uri(String text) {
        try {
            return text.length() > MAX_LENGTH ? Optional.empty() : Optional.of(new URI(text));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
