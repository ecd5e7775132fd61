package dev.portcullis.crypto;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import dev.portcullis.outage.Outage;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The keys that all replicas share. Each purpose may have several, told apart by key id; the one whose {@code nbf} passed last makes new
 * values, the others still verify and open old ones. So a new key can be laid in everywhere before its time comes. A distrusted key does
 * nothing any more.
 *
 * <p>Thread-safe. The keys can be exchanged while the gateway runs, so nobody keeps one: ask for it when it is needed. What was derived from
 * the keys is good for as long as {@link #version} stays the same.
 */
public final class KeyRing {
    private final InstantSource clock;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile State state;

    private record State(KeySet keys, JWKSet publicKeys, long version) {
        static State of(KeySet keys, long version) {
            return new State(keys, new JWKSet(List.<JWK>copyOf(keys.signing())).toPublicJWKSet(), version);
        }
    }

    KeyRing(KeySet keys, InstantSource clock) {
        this.clock = clock;
        this.state = State.of(keys, 1);
    }

    /** A fresh set, one key for each purpose, good at once. Takes some hundred milliseconds: not for an event loop. */
    public static KeyRing generate(InstantSource clock) {
        try {
            KeyFactory factory = new KeyFactory(clock);
            Instant now = clock.instant();
            return new KeyRing(
                    new KeySet(
                            List.of(factory.signingKey(now)),
                            List.of(factory.octets(now)),
                            List.of(factory.octets(now)),
                            Set.of()),
                    clock);
        } catch (JOSEException e) {
            throw new IllegalStateException("every Java platform makes RSA keys", e);
        }
    }

    /** Another number whenever the keys have changed. */
    public long version() {
        return state.version();
    }

    /** Signs access tokens: RSA, at least 2048 bits. Throws {@link Outage} where every key is distrusted. */
    public RSAKey signingKey() {
        return newest(state.keys().signing());
    }

    /** The public halves, including those of keys whose time has not come yet (RFC 7517). */
    public JWKSet publicKeys() {
        return state.publicKeys();
    }

    OctetSequenceKey sealingKey() {
        return newest(state.keys().sealing());
    }

    Optional<OctetSequenceKey> sealingKey(String keyId) {
        return KeySet.find(state.keys().sealing(), keyId);
    }

    OctetSequenceKey registrationKey() {
        return newest(state.keys().registration());
    }

    Optional<OctetSequenceKey> registrationKey(String keyId) {
        return KeySet.find(state.keys().registration(), keyId);
    }

    /** Whether what was made with these keys is still worth something: none of them is distrusted. */
    public boolean trusts(Collection<String> keyIds) {
        return Collections.disjoint(state.keys().distrusted(), keyIds);
    }

    boolean isDistrusted(String keyId) {
        return state.keys().distrusted().contains(keyId);
    }

    /**
     * Tells that the keys have changed, after they have. On any thread; must not block.
     *
     * @return ends it
     */
    public Runnable onChange(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    KeySet keys() {
        return state.keys();
    }

    /** Goes on with these keys; answers whether they are others than before. */
    synchronized boolean adopt(KeySet keys) {
        if (state.keys().equals(keys)) {
            return false;
        }
        state = State.of(keys, state.version() + 1);
        listeners.forEach(Runnable::run);
        return true;
    }

    /** Goes on without these, whatever else is wrong. */
    synchronized boolean distrust(Set<String> keyIds) {
        return adopt(state.keys().without(keyIds));
    }

    private <K extends JWK> K newest(List<K> keys) {
        return KeySet.newest(keys, clock.instant())
                .orElseThrow(() -> new Outage("keys", "no key is left for new values; add one"));
    }
}
