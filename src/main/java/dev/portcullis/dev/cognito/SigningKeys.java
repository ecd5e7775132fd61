package dev.portcullis.dev.cognito;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.SignedJWT;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The pool's keys: one signs access tokens, another ID tokens (Cognito developer guide, verifying a JWT). Rotation goes in
 * three steps that a test can stop between. Each step swaps an immutable value, so it may be called from any thread.
 */
final class SigningKeys {
    record Pair(RSAKey access, RSAKey id) {}

    private static final int MAX_PUBLISHED = 8;

    private volatile List<Pair> published;
    private volatile Pair signing;

    private SigningKeys(Pair first) {
        published = List.of(first);
        signing = first;
    }

    /** Makes the first two keys, off the event loop because that takes some hundred milliseconds. */
    static Future<SigningKeys> create(Vertx vertx) {
        return vertx.executeBlocking(SigningKeys::generate).map(SigningKeys::new);
    }

    /** First step: a new pair is published, the old one still signs. */
    Future<Void> add(Vertx vertx) {
        return vertx.executeBlocking(SigningKeys::generate).map(pair -> {
            append(pair);
            return null;
        });
    }

    private synchronized void append(Pair pair) {
        if (published.size() == MAX_PUBLISHED) {
            throw new IllegalStateException("remove old keys first: " + MAX_PUBLISHED + " pairs are published");
        }
        List<Pair> more = new ArrayList<>(published);
        more.add(pair);
        published = List.copyOf(more);
    }

    /** Second step: the newest pair signs, all stay published. */
    synchronized void signWithNewest() {
        signing = published.get(published.size() - 1);
    }

    /** Third step: only the pair that signs stays published. */
    synchronized void removeOld() {
        published = List.of(signing);
    }

    Pair signing() {
        return signing;
    }

    JsonObject keySet() {
        JsonArray keys = new JsonArray();
        for (Pair pair : published) {
            keys.add(new JsonObject(pair.access().toPublicJWK().toJSONObject()));
            keys.add(new JsonObject(pair.id().toPublicJWK().toJSONObject()));
        }
        return new JsonObject().put("keys", keys);
    }

    /** Whether a published access-token key signed this. */
    boolean signedAccess(SignedJWT token) {
        String kid = token.getHeader().getKeyID();
        return JWSAlgorithm.RS256.equals(token.getHeader().getAlgorithm())
                && published.stream()
                        .map(Pair::access)
                        .filter(key -> key.getKeyID().equals(kid))
                        .anyMatch(key -> verifies(key, token));
    }

    private static boolean verifies(RSAKey key, SignedJWT token) {
        try {
            return token.verify(new RSASSAVerifier(key));
        } catch (JOSEException e) {
            return false;
        }
    }

    private static Pair generate() throws JOSEException {
        return new Pair(generateKey(), generateKey());
    }

    private static RSAKey generateKey() throws JOSEException {
        // Standard base64 with padding, as Cognito's kids are: whoever treats a kid as base64url trips here and not in
        // production.
        byte[] kid = new byte[32];
        new SecureRandom().nextBytes(kid);
        return new RSAKeyGenerator(2048)
                .keyID(Base64.getEncoder().encodeToString(kid))
                .keyUse(KeyUse.SIGNATURE)
                .algorithm(JWSAlgorithm.RS256)
                .generate();
    }
}
