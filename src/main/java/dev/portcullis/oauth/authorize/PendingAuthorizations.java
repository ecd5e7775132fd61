package dev.portcullis.oauth.authorize;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.Digests;
import dev.portcullis.redis.RedisLink;
import dev.portcullis.redis.SealedJson;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/** Authorizations that were approved and wait for the identity provider; each is taken out once. */
final class PendingAuthorizations {
    private final GatewayConfig.Login config;
    private final RedisLink redis;
    private final SealedJson sealed;

    PendingAuthorizations(GatewayConfig.Login config, RedisLink redis, SealedJson sealed) {
        this.config = config;
        this.redis = redis;
        this.sealed = sealed;
    }

    /**
     * @param binding the secret in the cookie of the browser that approved
     * @param codeVerifier ours, for the identity provider
     * @param nonce ours, expected in the ID token
     */
    record Pending(AuthorizationRequest request, String binding, String codeVerifier, String nonce) {}

    Future<Void> put(String id, Pending pending) {
        JsonObject value = pending.request()
                .toJson()
                .put("binding", Digests.sha256(pending.binding()))
                .put("verifier", pending.codeVerifier())
                .put("nonce", pending.nonce());
        return redis.put(key(id), sealed.seal(key(id), value), config.pendingTtl());
    }

    /**
     * Takes the authorization out, so that a second callback with the same state finds nothing. Empty if there is none, or if it was approved
     * in another browser.
     */
    Future<Optional<Pending>> take(String id, String binding) {
        return redis.take(key(id))
                .map(taken -> taken.flatMap(value -> sealed.open(key(id), value))
                        .filter(json -> Digests.equal(json.getString("binding"), Digests.sha256(binding)))
                        .map(json -> new Pending(
                                AuthorizationRequest.fromJson(json),
                                binding,
                                json.getString("verifier"),
                                json.getString("nonce"))));
    }

    private static String key(String id) {
        return "pc:tx:{" + id + "}";
    }
}
