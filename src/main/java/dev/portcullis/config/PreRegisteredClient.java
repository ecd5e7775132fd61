package dev.portcullis.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A client that the operator registered by hand (RFC 7591 §1.1, "manual registration").
 *
 * @param name as people see it on the consent page
 * @param redirectUris matched like those of any client
 * @param secret none for a public client
 * @param authMethod {@code token_endpoint_auth_method}
 * @param scopes the most it can be granted; empty for no bound
 */
public record PreRegisteredClient(
        String name, List<String> redirectUris, Optional<Secret> secret, String authMethod, List<String> scopes) {
    // RFC 6749 appendix A.1 allows more, but spaces and quotes in an identifier only make trouble.
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._~:@/+-]{1,200}");
    private static final Pattern ASCII = Pattern.compile("[\\x21-\\x7E]{1,2000}");
    private static final Set<String> METHODS = Set.of("none", "client_secret_basic", "client_secret_post");
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final int MIN_SECRET = 16;

    /** Reads {@code clients}, by client id. */
    static Map<String, PreRegisteredClient> readAll(Section root) {
        Map<String, PreRegisteredClient> clients = new LinkedHashMap<>();
        root.sections("clients").forEach((id, section) -> {
            if (!ID.matcher(id).matches()
                    || id.startsWith("pcc_")
                    || id.startsWith("https://")
                    || id.startsWith("http://")) {
                root.section("clients")
                        .problem(
                                id,
                                "cannot be a client id: use letters, digits and . _ ~ : @ / + -, and begin it neither with "
                                        + "pcc_ nor with https://, which are those of clients that register themselves");
            }
            clients.put(id, read(section, id));
        });
        return clients;
    }

    private static PreRegisteredClient read(Section section, String id) {
        Optional<Secret> secret = section.secret("secret");
        String method = section.text("tokenEndpointAuthMethod", secret.isPresent() ? "client_secret_basic" : "none");
        if (!METHODS.contains(method)) {
            section.problem("tokenEndpointAuthMethod", "must be none, client_secret_basic or client_secret_post");
        } else if (method.equals("none") == secret.isPresent()) {
            section.problem(
                    "secret",
                    secret.isPresent()
                            ? "has no use where tokenEndpointAuthMethod is none"
                            : "is missing; " + method + " needs it, best as ${file:/path}");
        }
        secret.filter(value -> value.reveal().length() < MIN_SECRET)
                .ifPresent(value -> section.problem("secret", "must have at least " + MIN_SECRET + " characters"));
        List<String> redirectUris = section.texts("redirectUris", List.of());
        if (redirectUris.isEmpty()) {
            section.problem("redirectUris", "must name at least one redirect URI");
        }
        redirectUris.stream()
                .filter(uri -> !mayRedirectTo(uri))
                .forEach(uri -> section.problem(
                        "redirectUris",
                        "holds " + uri
                                + "; write https, http on localhost, or the scheme of a native app; absolute, without "
                                + "fragment and user"));
        List<String> scopes = section.texts("scopes", List.of());
        if (!scopes.stream().allMatch(UpstreamsReader::isScope)) {
            section.problem("scopes", "must hold scopes without spaces, quotes and backslashes");
        }
        var client = new PreRegisteredClient(section.text("name", id), redirectUris, secret, method, scopes);
        section.refuseUnknownKeys();
        return client;
    }

    private static boolean mayRedirectTo(String text) {
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme();
            boolean anywhere = "https".equals(scheme)
                    ? uri.getHost() != null
                    : "http".equals(scheme)
                            ? uri.getHost() != null && LOOPBACK.contains(uri.getHost())
                            : scheme != null && RegistrationReader.isPrivateUse(scheme) && !uri.isOpaque();
            return anywhere
                    && ASCII.matcher(text).matches()
                    && uri.getRawFragment() == null
                    && uri.getRawUserInfo() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
