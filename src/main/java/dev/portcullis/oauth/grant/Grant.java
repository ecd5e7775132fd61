package dev.portcullis.oauth.grant;

import dev.portcullis.audit.Access;
import dev.portcullis.idp.IdpAccessToken;
import dev.portcullis.idp.IdpTokens;
import dev.portcullis.oauth.Scopes;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * @param clientHost where the client says it is; for people
 * @param resource the one the tokens are for
 * @param user as the last Cognito access token says
 * @param idpAccessToken the last one
 * @param idpRefreshToken the last one; empty where Cognito gave none
 * @param originalIdpRefreshToken that of the sign-in: revoking it ends every branch that rotation made (Cognito developer guide,
 *     "Refresh tokens")
 * @param end after which the grant is over, however often it is used
 */
public record Grant(
        String id,
        String clientId,
        String clientName,
        String clientHost,
        String resource,
        Scopes scopes,
        IdpAccessToken user,
        Optional<String> email,
        String idpAccessToken,
        Optional<String> idpRefreshToken,
        Optional<String> originalIdpRefreshToken,
        Instant createdAt,
        Instant end) {

    /** For the audit log. */
    public Access access() {
        return Access.nothingKnown()
                .grant(id)
                .user(user.subject())
                .client(clientId)
                .resource(resource);
    }

    /** The same grant after Cognito refreshed: a refresh token that it did not replace stays, and an address that it did not speak of. */
    Grant with(IdpTokens fresh) {
        return new Grant(
                id,
                clientId,
                clientName,
                clientHost,
                resource,
                scopes,
                fresh.claims(),
                fresh.identity().isPresent() ? fresh.email() : email,
                fresh.accessToken(),
                fresh.refreshToken().or(() -> idpRefreshToken),
                originalIdpRefreshToken,
                createdAt,
                end);
    }

    /** The same grant where Cognito's new refresh token is all that is known of its answer. */
    Grant withIdpRefreshToken(String token) {
        return new Grant(
                id,
                clientId,
                clientName,
                clientHost,
                resource,
                scopes,
                user,
                email,
                idpAccessToken,
                Optional.of(token),
                originalIdpRefreshToken,
                createdAt,
                end);
    }

    JsonObject toJson() {
        JsonObject json = new JsonObject()
                .put("client", clientId)
                .put("clientName", clientName)
                .put("clientHost", clientHost)
                .put("resource", resource)
                .put("scope", scopes.toString())
                .put("sub", user.subject())
                .put("username", user.username())
                .put("groups", new JsonArray(user.groups()))
                .put("idpExp", user.expiresAt().getEpochSecond())
                .put("idpAccess", idpAccessToken)
                .put("created", createdAt.getEpochSecond())
                .put("end", end.getEpochSecond());
        email.ifPresent(value -> json.put("email", value));
        idpRefreshToken.ifPresent(value -> json.put("idpRefresh", value));
        originalIdpRefreshToken.ifPresent(value -> json.put("idpOriginal", value));
        return json;
    }

    static Grant fromJson(String id, JsonObject json) {
        return new Grant(
                id,
                json.getString("client"),
                json.getString("clientName"),
                json.getString("clientHost"),
                json.getString("resource"),
                Scopes.parse(json.getString("scope")).orElse(Scopes.none()),
                new IdpAccessToken(
                        json.getString("sub"),
                        json.getString("username"),
                        List.copyOf(json.getJsonArray("groups").stream()
                                .map(String.class::cast)
                                .toList()),
                        Instant.ofEpochSecond(json.getLong("idpExp"))),
                Optional.ofNullable(json.getString("email")),
                json.getString("idpAccess"),
                Optional.ofNullable(json.getString("idpRefresh")),
                Optional.ofNullable(json.getString("idpOriginal")),
                Instant.ofEpochSecond(json.getLong("created")),
                Instant.ofEpochSecond(json.getLong("end")));
    }

    @Override
    public String toString() {
        return "Grant[" + id + "]";
    }
}
