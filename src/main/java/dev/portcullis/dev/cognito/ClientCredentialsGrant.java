package dev.portcullis.dev.cognito;

import io.vertx.core.json.JsonObject;
import java.util.List;

/** {@code grant_type=client_credentials}: for clients with a secret, custom scopes only. */
final class ClientCredentialsGrant {
    private final PoolState state;
    private final TokenMinter minter;

    ClientCredentialsGrant(PoolState state, TokenMinter minter) {
        this.state = state;
        this.minter = minter;
    }

    JsonObject issue(AppClient client, Parameters form) {
        if (!client.allowedFlows().contains(AppClient.Flow.CLIENT_CREDENTIALS)
                || client.secrets().isEmpty()) {
            throw OAuthRefusal.of("unauthorized_client");
        }
        List<String> custom = client.allowedScopes().stream()
                .filter(scope -> state.pool().resourceServers().stream().anyMatch(server -> server.defines(scope)))
                .sorted()
                .toList();
        List<String> asked = form.words("scope");
        if (custom.isEmpty() || !custom.containsAll(asked)) {
            throw OAuthRefusal.of("invalid_scope");
        }
        return new JsonObject()
                .put("access_token", minter.clientCredentialsToken(client, asked.isEmpty() ? custom : asked))
                .put("token_type", "Bearer")
                .put("expires_in", client.accessTtl().toSeconds());
    }
}
