package dev.portcullis.oauth.client;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.RedirectUri;
import dev.portcullis.oauth.Scopes;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Reads the metadata of a registration request (RFC 7591 §2): defaults filled in, unknown members dropped, and values this server does not
 * offer replaced by ones it does, as §3.2.1 allows. What comes out is what is registered and returned.
 */
final class ClientMetadata {
    private static final Set<String> GRANT_TYPES = Set.of("authorization_code", "refresh_token");
    private static final int MAX_TEXT = 200;

    private final GatewayConfig.Registration config;

    ClientMetadata(GatewayConfig.Registration config) {
        this.config = config;
    }

    /** Throws {@link OAuthError} {@code invalid_redirect_uri} or {@code invalid_client_metadata}. */
    JsonObject read(JsonObject request) {
        JsonObject metadata = new JsonObject();
        text(request, "client_name", ClientName::clean).ifPresent(name -> metadata.put("client_name", name));
        metadata.put("redirect_uris", new JsonArray(redirectUris(request)));
        metadata.put("grant_types", new JsonArray(grantTypes(request)));
        responseTypes(request);
        metadata.put("token_endpoint_auth_method", authMethod(request).value());
        applicationType(request).ifPresent(type -> metadata.put("application_type", type));
        text(request, "client_uri")
                .filter(uri -> uri.startsWith("https://"))
                .ifPresent(uri -> metadata.put("client_uri", uri));
        scope(request).ifPresent(scope -> metadata.put("scope", scope));
        if (metadata.encode().getBytes(StandardCharsets.UTF_8).length > config.maxMetadataBytes()) {
            throw invalid("the metadata is larger than " + config.maxMetadataBytes() + " bytes");
        }
        return metadata;
    }

    /** Those we can allow; clients such as Cursor list one of a private-use scheme among others, and the others must not suffer for it. */
    private List<String> redirectUris(JsonObject request) {
        List<String> requested = strings(request, "redirect_uris");
        if (requested.isEmpty()) {
            throw new OAuthError(OAuthError.Code.INVALID_REDIRECT_URI, "redirect_uris is missing or empty");
        }
        if (requested.size() > config.maxRedirectUris()) {
            throw new OAuthError(
                    OAuthError.Code.INVALID_REDIRECT_URI, "more than " + config.maxRedirectUris() + " redirect_uris");
        }
        List<String> allowed = requested.stream()
                .filter(uri ->
                        RedirectUri.parse(uri, config.privateUseSchemes()).isPresent())
                .distinct()
                .toList();
        if (allowed.isEmpty()) {
            throw new OAuthError(
                    OAuthError.Code.INVALID_REDIRECT_URI,
                    "no redirect URI can be allowed: they must be https, or http on localhost, 127.0.0.1 or [::1], without fragment and user");
        }
        return allowed;
    }

    private static List<String> grantTypes(JsonObject request) {
        List<String> requested = strings(request, "grant_types");
        if (requested.isEmpty()) {
            return List.of("authorization_code");
        }
        List<String> offered =
                requested.stream().filter(GRANT_TYPES::contains).distinct().toList();
        if (!offered.contains("authorization_code")) {
            throw invalid("grant_types must contain authorization_code");
        }
        return offered;
    }

    private static void responseTypes(JsonObject request) {
        List<String> requested = strings(request, "response_types");
        if (!requested.isEmpty() && !requested.contains("code")) {
            throw invalid("response_types must contain code");
        }
    }

    private static Client.AuthMethod authMethod(JsonObject request) {
        Optional<String> requested = text(request, "token_endpoint_auth_method");
        return requested.isEmpty()
                ? Client.AuthMethod.CLIENT_SECRET_BASIC
                : requested
                        .flatMap(Client.AuthMethod::of)
                        // Our metadata names it, for clients that have a document to put keys in. One that registers
                        // would have to
                        // carry its keys in its client_id, or have us fetch an address for anybody: it gets a secret
                        // instead.
                        .map(method -> method == Client.AuthMethod.PRIVATE_KEY_JWT
                                ? Client.AuthMethod.CLIENT_SECRET_BASIC
                                : method)
                        .orElseThrow(() -> invalid(
                                "token_endpoint_auth_method must be none, client_secret_basic or client_secret_post"));
    }

    /** What it says it will ask for; informative, so that scopes nobody here knows do no harm. */
    private static Optional<String> scope(JsonObject request) {
        return text(request, "scope")
                .map(scope -> Scopes.parse(scope)
                        .map(Scopes::toString)
                        .orElseThrow(() -> invalid("scope holds characters no scope may have")));
    }

    /**
     * Kept and returned, but it narrows nothing: the rule that tells web from native clients by their redirect URIs is for the implicit grant
     * (OpenID Connect Registration §2), and clients in the field say {@code web} beside a private-use scheme or localhost.
     */
    private static Optional<String> applicationType(JsonObject request) {
        Optional<String> type = text(request, "application_type");
        if (type.filter(value -> !Set.of("native", "web").contains(value)).isPresent()) {
            throw invalid("application_type must be native or web");
        }
        return type;
    }

    private static Optional<String> text(JsonObject request, String name) {
        return text(request, name, UnaryOperator.identity());
    }

    private static Optional<String> text(JsonObject request, String name, UnaryOperator<String> clean) {
        Object value = request.getValue(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof String text)) {
            throw invalid(name + " must be a string");
        }
        String trimmed = clean.apply(text).strip();
        if (trimmed.length() > (name.equals("scope") ? 1000 : MAX_TEXT)) {
            throw invalid(name + " is too long");
        }
        if (trimmed.codePoints()
                .anyMatch(codePoint ->
                        isUnprintable(codePoint) && !(name.equals("client_name") && ClientName.isJoiner(codePoint)))) {
            throw invalid(name + " has characters that cannot be shown");
        }
        return Optional.of(trimmed).filter(s -> !s.isEmpty());
    }

    /** Controls, and the invisible characters that reorder text: a name must not be able to disguise itself on the consent page. */
    private static boolean isUnprintable(int codePoint) {
        int type = Character.getType(codePoint);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.SURROGATE
                || type == Character.UNASSIGNED
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }

    private static List<String> strings(JsonObject request, String name) {
        Object value = request.getValue(name);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof JsonArray array)) {
            throw invalid(name + " must be an array");
        }
        List<String> strings = new ArrayList<>();
        for (Object element : array) {
            if (!(element instanceof String text)) {
                throw invalid(name + " must hold strings only");
            }
            strings.add(text);
        }
        return strings;
    }

    private static OAuthError invalid(String description) {
        return new OAuthError(OAuthError.Code.INVALID_CLIENT_METADATA, description);
    }
}
