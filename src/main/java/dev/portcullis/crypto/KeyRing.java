package dev.portcullis.crypto;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Optional;

/**
 * The keys that all replicas share. Each purpose may have several, told apart by key id; the one whose {@code nbf} passed last makes new
 * values, the others still verify and open old ones. So a new key can be laid in everywhere before its time comes.
 */
public final class KeyRing {
    private final List<RSAKey> signing;
    private final List<OctetSequenceKey> sealing;
    private final List<OctetSequenceKey> registration;
    private final InstantSource clock;

    KeyRing(
            List<RSAKey> signing,
            List<OctetSequenceKey> sealing,
            List<OctetSequenceKey> registration,
            InstantSource clock) {
        this.signing = List.copyOf(signing);
        this.sealing = List.copyOf(sealing);
        this.registration = List.copyOf(registration);
        this.clock = clock;
        // Fails here, at the start, rather than at the first request.
        newest(this.signing);
        newest(this.sealing);
        newest(this.registration);
    }

    /** Signs access tokens: RSA, at least 2048 bits. */
    public RSAKey signingKey() {
        return newest(signing);
    }

    /** The public halves, including those of keys whose time has not come yet (RFC 7517). */
    public JWKSet publicKeys() {
        return new JWKSet(List.<JWK>copyOf(signing)).toPublicJWKSet();
    }

    OctetSequenceKey sealingKey() {
        return newest(sealing);
    }

    Optional<OctetSequenceKey> sealingKey(String keyId) {
        return find(sealing, keyId);
    }

    OctetSequenceKey registrationKey() {
        return newest(registration);
    }

    Optional<OctetSequenceKey> registrationKey(String keyId) {
        return find(registration, keyId);
    }

    /** A fresh set, one key for each purpose, good at once. Takes some hundred milliseconds: not for an event loop. */
    public static KeyRing generate(InstantSource clock) {
        try {
            KeyFactory factory = new KeyFactory(clock);
            return new KeyRing(
                    List.of(factory.signingKey()), List.of(factory.octets()), List.of(factory.octets()), clock);
        } catch (JOSEException e) {
            throw new IllegalStateException("every Java platform makes RSA keys", e);
        }
    }

    private <K extends JWK> K newest(List<K> keys) {
        Date now = Date.from(clock.instant());
        return keys.stream()
                .filter(key -> !key.getNotBeforeTime().after(now))
                .max(Comparator.comparing(JWK::getNotBeforeTime).thenComparing(JWK::getKeyID))
                .orElseThrow(() -> new IllegalStateException("no key is valid yet"));
    }

    private static Optional<OctetSequenceKey> find(List<OctetSequenceKey> keys, String keyId) {
        return keys.stream().filter(key -> key.getKeyID().equals(keyId)).findFirst();
    }

    List<JWK> all() {
        List<JWK> all = new ArrayList<>(signing);
        all.addAll(sealing);
        all.addAll(registration);
        return all;
    }
}
