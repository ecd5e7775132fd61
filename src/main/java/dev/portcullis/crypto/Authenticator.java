package dev.portcullis.crypto;

import com.nimbusds.jose.jwk.OctetSequenceKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.crypto.Mac;

/**
 * Message authentication codes (HMAC-SHA256) under the registration keys, for identifiers that carry their own proof of origin. The purpose
 * is part of the message: a code made for one purpose says nothing for another.
 */
public final class Authenticator {
    private final KeyRing keys;

    public Authenticator(KeyRing keys) {
        this.keys = keys;
    }

    /** The key that {@link #mac} should be called with for new values. */
    public String currentKeyId() {
        return keys.registrationKey().getKeyID();
    }

    /** base64url, 43 characters; empty if no key has this id. */
    public Optional<String> mac(String keyId, String purpose, String message) {
        return keys.registrationKey(keyId).map(key -> Digests.base64url(hmac(key, purpose + '\n' + message)));
    }

    public boolean verify(String keyId, String purpose, String message, String mac) {
        return mac(keyId, purpose, message)
                .map(expected -> Digests.equal(expected, mac))
                .orElse(false);
    }

    private static byte[] hmac(OctetSequenceKey key, String message) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key.toSecretKey("HmacSHA256"));
            return mac.doFinal(message.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }
}
