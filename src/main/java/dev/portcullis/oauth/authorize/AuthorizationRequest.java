package dev.portcullis.oauth.authorize;

import dev.portcullis.fetch.DocumentUrl;
import dev.portcullis.oauth.RedirectUri;
import dev.portcullis.oauth.Scopes;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An authorization request that was found to be in order (OAuth 2.1 §4.1.1).
 *
 * @param clientName as the consent page shows it
 * @param clientDigest of the client's metadata and the redirect URI
 * @param trusted whether the operator, or the person before, approved of this client and redirect URI
 * @param redirectUri as requested, which may differ from the registered one in the port of a loopback address
 * @param state the client's own, returned as it came
 * @param codeChallenge S256
 * @param scopes what would be granted, not what was asked for
 * @param resource identifier of the one resource the tokens will be for
 * @param idpPrompt how the identity provider is to ask the person
 */
public record AuthorizationRequest(
        String clientId,
        String clientName,
        String clientDigest,
        boolean trusted,
        RedirectUri redirectUri,
        Optional<String> state,
        String codeChallenge,
        Scopes scopes,
        String resource,
        Optional<String> idpPrompt) {

    /** Where it came from and its answer may go. */
    AuthorizationRefused.Origin origin() {
        return new AuthorizationRefused.Origin(redirectUri, state, trusted);
    }

    /** Whether nothing may be shown ({@code prompt=none}, OpenID Connect Core §3.1.2.1). */
    boolean isSilent() {
        return idpPrompt.filter("none"::equals).isPresent();
    }

    /** The query that asks for the same again, of whoever sits in front of the browser now. */
    String query() {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("response_type", "code");
        parameters.put("client_id", clientId);
        parameters.put("redirect_uri", redirectUri.value());
        state.ifPresent(value -> parameters.put("state", value));
        parameters.put("code_challenge", codeChallenge);
        parameters.put("code_challenge_method", "S256");
        parameters.put("scope", scopes.toString());
        parameters.put("resource", resource);
        parameters.put("prompt", "consent");
        return parameters.entrySet().stream()
                .map(parameter ->
                        parameter.getKey() + '=' + URLEncoder.encode(parameter.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    /** Where the client says it is: the host of a client id that is a URL, else of the redirect URI. */
    String clientHost() {
        boolean hasDocument = clientId.startsWith("https://") || clientId.startsWith("http://");
        // The host that vouches for it, where one does.
        return hasDocument ? DocumentUrl.parse(clientId, true).displayHost() : redirectUri.displayHost();
    }

    JsonObject toJson() {
        JsonObject json = new JsonObject()
                .put("client", clientId)
                .put("clientName", clientName)
                .put("clientDigest", clientDigest)
                .put("trusted", trusted)
                .put("redirectUri", redirectUri.value())
                .put("challenge", codeChallenge)
                .put("scope", scopes.toString())
                .put("resource", resource);
        state.ifPresent(value -> json.put("state", value));
        idpPrompt.ifPresent(value -> json.put("prompt", value));
        return json;
    }

    static AuthorizationRequest fromJson(JsonObject json) {
        return new AuthorizationRequest(
                json.getString("client"),
                json.getString("clientName"),
                json.getString("clientDigest", ""),
                json.getBoolean("trusted", false),
                new RedirectUri(json.getString("redirectUri")),
                Optional.ofNullable(json.getString("state")),
                json.getString("challenge"),
                Scopes.parse(json.getString("scope")).orElse(Scopes.none()),
                json.getString("resource"),
                Optional.ofNullable(json.getString("prompt")));
    }
}
