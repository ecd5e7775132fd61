package dev.portcullis.dev.cognito;

import io.vertx.core.json.JsonObject;

/** The token response of a signed-in user: never a {@code scope}, an ID token only for {@code openid}. */
final class TokenAnswer {
    private final TokenMinter minter;
    private final Faults faults;

    TokenAnswer(TokenMinter minter, Faults faults) {
        this.minter = minter;
        this.faults = faults;
    }

    JsonObject of(SignIn signIn, PoolUser user, AppClient client) {
        JsonObject answer =
                new JsonObject().put("access_token", minter.accessToken(signIn, user, client, faults.accessTokens()));
        if (signIn.scopes().contains("openid")) {
            answer.put("id_token", minter.idToken(signIn, user, client, faults.idTokens()));
        }
        return answer.put("token_type", "Bearer")
                .put("expires_in", client.accessTtl().toSeconds());
    }
}
