package dev.portcullis.oauth.authorize;

import dev.portcullis.oauth.RedirectUri;
import dev.portcullis.oauth.Scopes;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/**
 * An authorization request that was found to be in order (OAuth 2.1 §4.1.1).
 *
 * @param clientName as the consent page shows it
 * @param redirectUri as requested, which may differ from the registered one in the port of a loopback address
 * @param state the client's own, returned as it came
 * @param codeChallenge S256
 * @param scopes what would be granted, not what was asked for
 * @param resource identifier of the one resource the tokens will be for
 */
public record AuthorizationRequest(
        String clientId,
        String clientName,
        RedirectUri redirectUri,
        Optional<String> state,
        String codeChallenge,
        Scopes scopes,
        String resource) {

    /** Where the client says it is: the host of a client id that is a URL, else of the redirect URI. */
    String clientHost() {
        return clientId.startsWith("https://") ? new RedirectUri(clientId).displayHost() : redirectUri.displayHost();
    }

    JsonObject toJson() {
        JsonObject json = new JsonObject()
                .put("client", clientId)
                .put("clientName", clientName)
                .put("redirectUri", redirectUri.value())
                .put("challenge", codeChallenge)
                .put("scope", scopes.toString())
                .put("resource", resource);
        state.ifPresent(value -> json.put("state", value));
        return json;
    }

    static AuthorizationRequest fromJson(JsonObject json) {
        return new AuthorizationRequest(
                json.getString("client"),
                json.getString("clientName"),
                new RedirectUri(json.getString("redirectUri")),
                Optional.ofNullable(json.getString("state")),
                json.getString("challenge"),
                Scopes.parse(json.getString("scope")).orElse(Scopes.none()),
                json.getString("resource"));
    }
}
