package dev.portcullis.oauth.authorize;

import dev.portcullis.crypto.Digests;
import dev.portcullis.idp.IdpAccessToken;
import io.vertx.core.json.JsonArray;
import java.time.Instant;

/**
 * One approval of one person, by digests: nothing of it can be read from the browser, and whatever changes makes it another one (MCP security
 * best practices, "Per-Client Consent Storage").
 *
 * @param client of its metadata and its redirect URI
 * @param application of its id alone
 * @param request of scopes and resource
 * @param user who approved
 */
record Approval(String client, String application, String request, String user, Instant expires) {
    // 128 bits, which is plenty for what the gateway alone makes the input of.
    private static final int SHORT = 22;

    static Approval of(AuthorizationRequest authorization, IdpAccessToken user, Instant expires) {
        return new Approval(
                authorization.clientDigest(),
                shortDigest(authorization.clientId()),
                digest(authorization),
                digest(user),
                expires);
    }

    /** Whether it is one of this client, whatever its metadata was then. */
    boolean isOf(String clientId) {
        return application.equals(shortDigest(clientId));
    }

    /** Whether this is the approval of what is asked for now. */
    boolean covers(AuthorizationRequest authorization) {
        return client.equals(authorization.clientDigest()) && request.equals(digest(authorization));
    }

    /** As a login has to end for the approval to count: with the one who gave it. */
    static String digest(IdpAccessToken user) {
        return shortDigest(user.subject());
    }

    private static String digest(AuthorizationRequest authorization) {
        String asked = new JsonArray()
                .add(authorization.scopes().toString())
                .add(authorization.resource())
                .encode();
        return shortDigest(asked);
    }

    private static String shortDigest(String text) {
        return Digests.sha256(text).substring(0, SHORT);
    }

    JsonArray toJson() {
        return new JsonArray()
                .add(client)
                .add(application)
                .add(request)
                .add(user)
                .add(expires.getEpochSecond());
    }

    static Approval fromJson(JsonArray json) {
        return new Approval(
                json.getString(0),
                json.getString(1),
                json.getString(2),
                json.getString(3),
                Instant.ofEpochSecond(json.getLong(4)));
    }
}
