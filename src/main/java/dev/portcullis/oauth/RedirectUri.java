package dev.portcullis.oauth;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A redirect URI, kept byte for byte as the client wrote it. Comparison is by exact string; only the port of an http loopback redirect is free,
 * because native apps listen on whatever port they get (RFC 8252 §7.3, OAuth 2.1 §8.4.2), and no path is the same as the path {@code /} there,
 * which is what a browser asks for in both cases (RFC 3986 §6.2.3): editors register one and use the other.
 */
public record RedirectUri(String value) {
    // RFC 3986 §2 knows nothing beyond ASCII. Names in other scripts have their own form (xn--), which shows what they
    // are.
    private static final Pattern ASCII = Pattern.compile("[\\x21-\\x7E]{1,2000}");
    private static final Pattern LOOPBACK =
            Pattern.compile("http://(localhost|127\\.0\\.0\\.1|\\[::1])(?::(\\d{1,5}))?((?:[/?][^#]*)?)");
    private static final Pattern NUMBERS = Pattern.compile("\\[.*]|[0-9.]+");
    private static final int MAX_PORT = 65_535;

    /** What an authorization response adds; a URI that brings its own would let the client read the wrong one (OAuth 2.1 §3.1). */
    private static final Set<String> RESPONSE_PARAMETERS =
            Set.of("code", "state", "iss", "error", "error_description", "error_uri");

    /**
     * Reads a redirect URI that may be registered: https, http on loopback, or one of the private-use schemes the operator allows; absolute,
     * without fragment, user and dot segments, and with no parameter of a response in its query. Empty for anything else.
     */
    public static Optional<RedirectUri> parse(String text, List<String> privateUseSchemes) {
        return uri(text)
                .filter(uri -> isWeb(uri) || LOOPBACK.matcher(text).matches() || isPrivateUse(uri, privateUseSchemes))
                .filter(uri -> uri.getRawFragment() == null && uri.getRawUserInfo() == null)
                .filter(uri -> hasPlainAuthority(uri) && !hasDotSegment(uri) && !hasResponseParameter(uri))
                .map(uri -> new RedirectUri(text));
    }

    /** Whether an authorization request may use {@code requested} where this one is registered. */
    public boolean matches(String requested) {
        return value.equals(requested)
                || withoutLoopbackPort(value)
                        .filter(own -> withoutLoopbackPort(requested).equals(Optional.of(own)))
                        .isPresent();
    }

    /**
     * Any program on the person's own machine can listen there, with https too: nobody owns the name. The port of an https one is compared all
     * the same, because native apps that take a port as they find it use http (RFC 8252 §7.3).
     */
    public boolean isLoopback() {
        return LOOPBACK.matcher(value).matches()
                || uri(value)
                        .filter(RedirectUri::isWeb)
                        .filter(uri -> isLoopback(uri.getHost().toLowerCase(Locale.ROOT)))
                        .isPresent();
    }

    /** A browser delivers it to whoever owns the host, and to nobody else (RFC 8252 §7.2). */
    public boolean isClaimed() {
        return value.startsWith("https://") && !isLoopback();
    }

    /** Without what a native app is free to vary: the same for every request that one registered URI {@link #matches}. */
    public String identity() {
        return withoutLoopbackPort(value).orElse(value);
    }

    /** What a person should be shown: host and port, or the scheme of a native app. */
    public String displayHost() {
        return uri(value)
                .map(uri -> isHttp() ? uri.getRawAuthority().toLowerCase(Locale.ROOT) : uri.getScheme() + "://")
                .orElse(value);
    }

    /** Http(s): a browser that follows the redirect leaves the page; with other schemes it stays. */
    public boolean isHttp() {
        return value.startsWith("https://") || value.startsWith("http://");
    }

    private static boolean isWeb(URI uri) {
        return "https".equals(uri.getScheme()) && uri.getHost() != null;
    }

    /** RFC 6761 §6.3: localhost and all below it. Java writes a host in numbers as four of them, or in brackets; neither is looked up. */
    private static boolean isLoopback(String host) {
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        if (!NUMBERS.matcher(name).matches()) {
            return name.equals("localhost") || name.endsWith(".localhost");
        }
        try {
            InetAddress address = InetAddress.getByName(name);
            return address.isLoopbackAddress() || address.isAnyLocalAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static boolean isPrivateUse(URI uri, List<String> schemes) {
        return !uri.isOpaque() && uri.getScheme() != null && schemes.contains(uri.getScheme());
    }

    /** Neither {@code host:} nor a port that no host has; what a browser would mend is not what was compared. */
    private static boolean hasPlainAuthority(URI uri) {
        String authority = uri.getRawAuthority();
        return authority == null || (!authority.endsWith(":") && uri.getPort() <= MAX_PORT);
    }

    /** A browser resolves {@code ..} before it goes there, so the person would be sent to another path than the registered one. */
    private static boolean hasDotSegment(URI uri) {
        String path = uri.getRawPath() == null ? "" : uri.getRawPath().toLowerCase(Locale.ROOT);
        return Arrays.stream(path.replace("%2e", ".").replace("%2f", "/").split("/", -1))
                .anyMatch(segment -> segment.equals(".") || segment.equals(".."));
    }

    private static boolean hasResponseParameter(URI uri) {
        return uri.getRawQuery() != null
                && Arrays.stream(uri.getRawQuery().split("[&;]"))
                        .map(pair -> URLDecoder.decode(pair.split("=", 2)[0], StandardCharsets.UTF_8))
                        .anyMatch(RESPONSE_PARAMETERS::contains);
    }

    private static Optional<String> withoutLoopbackPort(String text) {
        Matcher matcher = LOOPBACK.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String port = matcher.group(2);
        return port == null || Integer.parseInt(port) <= MAX_PORT
                ? Optional.of("http://" + matcher.group(1) + (matcher.group(3).isEmpty() ? "/" : matcher.group(3)))
                : Optional.empty();
    }

    private static Optional<URI> uri(String text) {
        try {
            return ASCII.matcher(text).matches() ? Optional.of(new URI(text)) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
