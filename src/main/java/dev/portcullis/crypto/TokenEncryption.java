package dev.portcullis.crypto;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.DirectDecrypter;
import com.nimbusds.jose.crypto.DirectEncrypter;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import java.text.ParseException;
import java.util.Optional;

/** Claims that travel through a client unreadable: compact JWE, {@code dir} with A256GCM under the sealing keys (RFC 7516). */
public final class TokenEncryption {
    private final KeyRing keys;

    public TokenEncryption(KeyRing keys) {
        this.keys = keys;
    }

    public String encrypt(String plaintext) {
        OctetSequenceKey key = keys.sealingKey();
        JWEHeader header = new JWEHeader.Builder(JWEAlgorithm.DIR, EncryptionMethod.A256GCM)
                .keyID(key.getKeyID())
                .build();
        JWEObject jwe = new JWEObject(header, new Payload(plaintext));
        try {
            jwe.encrypt(new DirectEncrypter(key));
        } catch (JOSEException e) {
            throw new IllegalStateException("a sealing key is always 256 bits", e);
        }
        return jwe.serialize();
    }

    /** The key it says it was encrypted under; empty for what was not encrypted. */
    public static Optional<String> keyId(String compact) {
        try {
            return Optional.ofNullable(JWEObject.parse(compact).getHeader().getKeyID());
        } catch (ParseException e) {
            return Optional.empty();
        }
    }

    /** Empty for what was not encrypted under a key of this ring. */
    public Optional<String> decrypt(String compact) {
        try {
            JWEObject jwe = JWEObject.parse(compact);
            String keyId = jwe.getHeader().getKeyID();
            Optional<OctetSequenceKey> key = keyId == null ? Optional.empty() : keys.sealingKey(keyId);
            if (key.isEmpty()) {
                return Optional.empty();
            }
            jwe.decrypt(new DirectDecrypter(key.get()));
            return Optional.of(jwe.getPayload().toString());
        } catch (ParseException | JOSEException e) {
            return Optional.empty();
        }
    }
}
