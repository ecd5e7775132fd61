package dev.portcullis.config;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.net.URI;
import java.net.URISyntaxException;
import java.text.ParseException;
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
 * @param jwks the public keys of a client that authenticates with {@code private_key_jwt}, as JSON
 * @param jwksUri or where they are
 * @param scopes the most it can be granted; empty for no bound
 */
public record PreRegisteredClient(
        String name,
        List<String> redirectUris,
        Optional<Secret> secret,
        String authMethod,
        Optional<String> jwks,
        Optional<String> jwksUri,
        List<String> scopes) {
    /** {@code token_endpoint_auth_method} of clients with keys (OpenID Connect Core §9). */
    public static final String PRIVATE_KEY_JWT = "private_key_jwt";

    // RFC 6749 appendix A.1 allows more, but spaces and quotes in an identifier only make trouble.
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._~:@/+-]{1,200}");
    private static final Pattern ASCII = Pattern.compile("[\\x21-\\x7E]{1,2000}");
    private static final Set<String> WITH_SECRET = Set.of("client_secret_basic", "client_secret_post");
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
        Optional<String> jwks = section.optionalText("jwks");
        Optional<String> jwksUri = section.optionalText("jwksUri");
        boolean hasKeys = jwks.isPresent() || jwksUri.isPresent();
        String method = section.text(
                "tokenEndpointAuthMethod",
                hasKeys ? PRIVATE_KEY_JWT : secret.isPresent() ? "client_secret_basic" : "none");
        checkMethod(section, method, secret.isPresent(), hasKeys);
        checkKeys(section, jwks, jwksUri);
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
        var client =
                new PreRegisteredClient(section.text("name", id), redirectUris, secret, method, jwks, jwksUri, scopes);
        section.refuseUnknownKeys();
        return client;
    }

    private static void checkMethod(Section section, String method, boolean hasSecret, boolean hasKeys) {
        boolean needsSecret = WITH_SECRET.contains(method);
        boolean needsKeys = method.equals(PRIVATE_KEY_JWT);
        if (!needsSecret && !needsKeys && !method.equals("none")) {
            section.problem(
                    "tokenEndpointAuthMethod",
                    "must be none, client_secret_basic, client_secret_post or " + PRIVATE_KEY_JWT);
            return;
        }
        if (needsSecret != hasSecret) {
            section.problem(
                    "secret",
                    hasSecret
                            ? "has no use where tokenEndpointAuthMethod is " + method
                            : "is missing; " + method + " needs it, best as ${file:/path}");
        }
        if (needsKeys != hasKeys) {
            section.problem(
                    "jwks",
                    hasKeys
                            ? "and jwksUri have no use where tokenEndpointAuthMethod is " + method
                            : "or jwksUri is missing; " + method + " needs one of them");
        }
    }

    /** What the keys are worth is found out where they are used; here, that there are some and no secret ones. */
    private static void checkKeys(Section section, Optional<String> jwks, Optional<String> jwksUri) {
        if (jwks.isPresent() && jwksUri.isPresent()) {
            section.problem("jwks", "and jwksUri exclude each other");
        }
        jwks.ifPresent(text -> {
            try {
                List<JWK> keys = JWKSet.parse(text).getKeys();
                if (keys.isEmpty() || keys.stream().anyMatch(JWK::isPrivate)) {
                    section.problem("jwks", "must hold public keys, and only those");
                }
            } catch (ParseException e) {
                section.problem("jwks", "must be a JSON Web Key Set, best as ${file:/path}");
            }
        });
        if (jwksUri.isPresent()) {
            Urls.secure(section, "jwksUri");
        }
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
