package dev.portcullis.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads URLs of the configuration. Plain http is for loopback only wherever a token or a password passes. */
final class Urls {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private Urls() {}

    /** An origin: https, or http on loopback; no path, query or fragment (RFC 8414 §2); a slash at the end is dropped. */
    static String publicUrl(Section section, String key) {
        String url = withoutSlash(secure(section, key));
        parse(url)
                .filter(uri -> !uri.getRawPath().isEmpty())
                .ifPresent(uri ->
                        section.problem(key, "must be an origin without a path, such as https://mcp.example.com"));
        refuseUsualPort(section, key, url);
        return url;
    }

    /** Browsers and clients leave the usual port out (RFC 6454 §6.1, RFC 3986 §6.2.3), and compare what they have as strings. */
    static void refuseUsualPort(Section section, String key, String url) {
        if (hasUsualPort(url)) {
            section.problem(
                    key, "must not name the port that " + url.split(":", 2)[0] + " has anyway, because no client does");
        }
    }

    private static boolean hasUsualPort(String url) {
        return parse(url)
                .filter(uri -> uri.getPort() == (uri.getScheme().equals("https") ? 443 : 80))
                .isPresent();
    }

    /**
     * Cognito takes plain http for callback URLs on {@code localhost} only (Cognito developer guide, "App client settings"); 127.0.0.1 and [::1]
     * do for other providers.
     */
    static void refuseWhatCognitoDoes(Section section, String key, String publicUrl, Cognito cognito) {
        boolean isCognito = parse(cognito.issuer())
                .filter(uri -> uri.getHost().endsWith(".amazonaws.com")
                        || uri.getHost().endsWith(".amazonaws.com.cn"))
                .isPresent();
        // The simulator names a pool's issuer as well, but is not on https.
        if (isCognito
                && cognito.domain().startsWith("https:")
                && parse(publicUrl)
                        .filter(uri ->
                                uri.getScheme().equals("http") && !uri.getHost().equals("localhost"))
                        .isPresent()) {
            section.problem(
                    key,
                    "must be http://localhost, with a port perhaps, or https: Cognito takes plain http for callback URLs on localhost only");
        }
    }

    /** https, or http on loopback. */
    static String secure(Section section, String key) {
        Optional<String> text = http(section, key);
        text.flatMap(Urls::parse)
                .filter(uri -> uri.getScheme().equals("http") && !LOOPBACK.contains(uri.getHost()))
                .ifPresent(uri -> section.problem(key, "must be https; plain http is accepted for localhost only"));
        return text.orElse("http://unresolved.invalid");
    }

    static Optional<String> withQuery(Section section, String key) {
        String text = section.text(key);
        if (text.isEmpty() || isWithQuery(text)) {
            return Optional.of(text).filter(url -> !url.isEmpty());
        }
        section.problem(key, "must be an absolute http(s) URL, host in lower case, without user and fragment");
        return Optional.empty();
    }

    static boolean isWithQuery(String text) {
        int query = text.indexOf('?');
        return parse(query < 0 ? text : text.substring(0, query)).isPresent() && isUri(text);
    }

    static Optional<String> http(Section section, String key) {
        String text = section.text(key);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Optional<URI> uri = parse(text);
        if (uri.isEmpty()) {
            section.problem(key, "must be an absolute http(s) URL in lower case, without user, query and fragment");
        }
        return uri.map(URI::toString);
    }

    static boolean isOrigin(String text) {
        return parse(text).filter(uri -> uri.getRawPath().isEmpty()).isPresent() && !hasUsualPort(text);
    }

    static String withoutSlash(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    private static boolean isUri(String text) {
        try {
            return new URI(text).getRawFragment() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static Optional<URI> parse(String text) {
        try {
            URI uri = new URI(text);
            boolean plain = ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getHost().equals(uri.getHost().toLowerCase(Locale.ROOT))
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null;
            return plain ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
