package dev.portcullis.oauth.login;

import io.vertx.core.json.JsonObject;

/**
 * A login that came back, in the browser that began it.
 *
 * @param state its name
 * @param subject whatever its purpose wanted to know again
 * @param codeVerifier ours, for the identity provider
 * @param nonce ours, expected in the ID token
 */
public record Login(String state, Purpose purpose, JsonObject subject, String codeVerifier, String nonce) {

    /** What somebody logs in for. */
    public enum Purpose {
        /** A client asked for access. */
        AUTHORIZATION,
        /** The person wants to see which clients have access. */
        CONNECTIONS
    }

    @Override
    public String toString() {
        return "Login[" + purpose + "]";
    }
}
