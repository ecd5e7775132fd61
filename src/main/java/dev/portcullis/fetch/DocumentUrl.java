package dev.portcullis.fetch;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The address of a document that a stranger may name (MCP 2026-07-28 authorization, "Client ID Metadata Documents"): https on its own port, a
 * host with a name, a path without dot segments, no user, no fragment. Kept character for character, because it is compared as a string.
 *
 * @param host in lower case
 * @param target path and query, as the request line has them
 * @param loopback on this machine, for development: http or https, with whatever certificate
 */
public record DocumentUrl(String text, String host, int port, String target, boolean loopback) {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
    // Letters of ASCII only: an international name has to come in its xn-- form, which cannot look like another one.
    private static final Pattern NAME =
            Pattern.compile("(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]*[a-z0-9]");
    private static final Pattern PRINTABLE = Pattern.compile("[\\x21-\\x7E]+");
    private static final Pattern DOT_SEGMENT = Pattern.compile("(?i)(?:^|/)(?:\\.|%2e){1,2}(?:/|$)");
    private static final int MAX_LENGTH = 1024;
    private static final int HTTPS = 443;

    /**
     * Reads an address.
     *
     * @param loopbackToo accepts http and https on localhost, any port
     * @throws FetchProblem that says which rule it breaks
     */
    public static DocumentUrl parse(String text, boolean loopbackToo) {
        if (text.length() > MAX_LENGTH) {
            throw FetchProblem.lasting("has an address of more than " + MAX_LENGTH + " characters");
        }
        URI uri = uri(text);
        boolean loopback = loopbackToo
                && LOOPBACK.contains(String.valueOf(uri.getHost()))
                && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()));
        if (!loopback) {
            requireHttps(uri);
        }
        if (uri.getRawUserInfo() != null || uri.getRawFragment() != null || text.indexOf('#') >= 0) {
            throw FetchProblem.lasting("has an address with a user or a fragment");
        }
        // Such as "host:" with no port behind it.
        String authority = uri.getPort() >= 0 ? uri.getHost() + ":" + uri.getPort() : uri.getHost();
        if (!uri.getRawAuthority().equals(authority)) {
            throw FetchProblem.lasting("has an address whose host and port are not in their plain form");
        }
        if (uri.getRawPath().isEmpty()) {
            throw FetchProblem.lasting("has an address without a path");
        }
        if (DOT_SEGMENT.matcher(uri.getRawPath()).find()) {
            throw FetchProblem.lasting("has an address with a dot segment in its path");
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? HTTPS : 80;
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return new DocumentUrl(text, uri.getHost(), port, uri.getRawPath() + query, loopback);
    }

    /** What a person should be shown: the host, and the port where it is not the scheme's own. */
    public String displayHost() {
        return loopback ? host + ":" + port : host;
    }

    boolean isHttps() {
        return text.startsWith("https:");
    }

    private static URI uri(String text) {
        try {
            if (PRINTABLE.matcher(text).matches()) {
                return new URI(text);
            }
        } catch (URISyntaxException e) {
            // Said below; the parser's words would add nothing.
        }
        throw FetchProblem.lasting("has an address that is not a URL");
    }

    /** Numbers instead of a name are refused in every notation; what a name stands for is checked when it is looked up. */
    private static void requireHttps(URI uri) {
        if (!"https".equals(uri.getScheme())) {
            throw FetchProblem.lasting("has an address that is not https");
        }
        String host = uri.getHost();
        if (host == null
                || !host.equals(host.toLowerCase(Locale.ROOT))
                || !NAME.matcher(host).matches()) {
            throw FetchProblem.lasting("has an address whose host is not a full domain name in lower case");
        }
        if (uri.getPort() >= 0 && uri.getPort() != HTTPS) {
            throw FetchProblem.lasting("has an address with a port other than 443");
        }
    }
}
