package dev.portcullis.crypto;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The keys of one moment.
 *
 * @param distrusted ids of keys that are worth nothing any more; none of them is among the keys
 */
record KeySet(
        List<RSAKey> signing,
        List<OctetSequenceKey> sealing,
        List<OctetSequenceKey> registration,
        Set<String> distrusted) {

    KeySet {
        signing = trusted(signing, distrusted);
        sealing = trusted(sealing, distrusted);
        registration = trusted(registration, distrusted);
        distrusted = Set.copyOf(distrusted);
    }

    /** The same without these as well. */
    KeySet without(Set<String> keyIds) {
        return new KeySet(
                signing,
                sealing,
                registration,
                Set.copyOf(Stream.concat(distrusted.stream(), keyIds.stream())
                        .distinct()
                        .toList()));
    }

    List<JWK> all() {
        List<JWK> all = new ArrayList<>(signing);
        all.addAll(sealing);
        all.addAll(registration);
        return all;
    }

    /** The one whose {@code nbf} passed last; empty while the time of none has come. */
    static <K extends JWK> Optional<K> newest(List<K> keys, Instant now) {
        return keys.stream()
                .filter(key -> !key.getNotBeforeTime().after(Date.from(now)))
                .max(Comparator.comparing(JWK::getNotBeforeTime).thenComparing(JWK::getKeyID));
    }

    static Optional<OctetSequenceKey> find(List<OctetSequenceKey> keys, String keyId) {
        return keys.stream().filter(key -> key.getKeyID().equals(keyId)).findFirst();
    }

    private static <K extends JWK> List<K> trusted(List<K> keys, Set<String> distrusted) {
        return keys.stream().filter(key -> !distrusted.contains(key.getKeyID())).toList();
    }

    /** Key ids only: a record's own words would print the keys. */
    @Override
    public String toString() {
        return "KeySet" + all().stream().map(JWK::getKeyID).toList();
    }
}
