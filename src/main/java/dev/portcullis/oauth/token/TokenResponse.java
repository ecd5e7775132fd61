package dev.portcullis.oauth.token;

import dev.portcullis.oauth.Scopes;
import dev.portcullis.token.AccessTokenIssuer;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/** OAuth 2.1 §3.2.3. */
record TokenResponse(AccessTokenIssuer.Issued accessToken, Optional<String> refreshToken, Scopes scopes) {

    JsonObject toJson() {
        JsonObject json = new JsonObject()
                .put("access_token", accessToken.token())
                .put("token_type", "Bearer")
                .put("expires_in", accessToken.expiresIn().toSeconds())
                // Always sent: what was granted may differ from what was asked for.
                .put("scope", scopes.toString());
        refreshToken.ifPresent(token -> json.put("refresh_token", token));
        return json;
    }
}
