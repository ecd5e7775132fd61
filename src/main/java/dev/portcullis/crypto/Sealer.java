package dev.portcullis.crypto;

import com.nimbusds.jose.jwk.OctetSequenceKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Authenticated encryption of small values (NIST SP 800-38D, AES-256-GCM): {@code key id . base64url(nonce, ciphertext, tag)}. The context
 * a value belongs to is associated data, so a sealed value moved to another place does not open there.
 */
public final class Sealer {
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final KeyRing keys;
    private final SecureRandom random;

    public Sealer(KeyRing keys, SecureRandom random) {
        this.keys = keys;
        this.random = random;
    }

    public String seal(String plaintext, String context) {
        OctetSequenceKey key = keys.sealingKey();
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] text = plaintext.getBytes(StandardCharsets.UTF_8);
            byte[] sealed = Arrays.copyOf(nonce, NONCE_BYTES + text.length + TAG_BITS / 8);
            cipher(Cipher.ENCRYPT_MODE, key, nonce, context).doFinal(text, 0, text.length, sealed, NONCE_BYTES);
            return key.getKeyID() + '.' + Digests.base64url(sealed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES/GCM", e);
        }
    }

    /** Empty for anything this key ring did not seal for this very context. */
    public Optional<String> open(String sealed, String context) {
        int dot = sealed.indexOf('.');
        if (dot < 0) {
            return Optional.empty();
        }
        return keys.sealingKey(sealed.substring(0, dot)).flatMap(key -> open(key, sealed.substring(dot + 1), context));
    }

    /** Whether it was sealed with a key that is worth nothing any more, so that putting keys back cannot help. */
    public boolean isDistrusted(String sealed) {
        int dot = sealed.indexOf('.');
        return dot >= 0 && keys.isDistrusted(sealed.substring(0, dot));
    }

    private static Optional<String> open(OctetSequenceKey key, String encoded, String context) {
        try {
            byte[] sealed = Base64.getUrlDecoder().decode(encoded);
            if (sealed.length < NONCE_BYTES + TAG_BITS / 8) {
                return Optional.empty();
            }
            byte[] nonce = Arrays.copyOf(sealed, NONCE_BYTES);
            byte[] text = cipher(Cipher.DECRYPT_MODE, key, nonce, context)
                    .doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
            return Optional.of(new String(text, StandardCharsets.UTF_8));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Cipher cipher(int mode, OctetSequenceKey key, byte[] nonce, String context)
            throws GeneralSecurityException {
        SecretKey secret = key.toSecretKey("AES");
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, secret, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
