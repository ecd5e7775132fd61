package dev.portcullis.crypto;

import com.nimbusds.jose.Algorithm;
import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;

/** Makes new keys. A key id says when its key was made, and is safe in a file name, a JWT header and a token of ours. */
final class KeyFactory {
    private static final Algorithm SEALING = EncryptionMethod.A256GCM;

    private final InstantSource clock;
    private final RandomTokens random = new RandomTokens(new SecureRandom());

    KeyFactory(InstantSource clock) {
        this.clock = clock;
    }

    RSAKey signingKey(Instant notBefore) throws JOSEException {
        return new RSAKeyGenerator(2048)
                .keyUse(KeyUse.SIGNATURE)
                .algorithm(JWSAlgorithm.RS256)
                .keyID(keyId())
                .issueTime(Date.from(clock.instant()))
                .notBeforeTime(Date.from(notBefore))
                .generate();
    }

    /** 256 random bits. */
    OctetSequenceKey octets(Instant notBefore) throws JOSEException {
        return new OctetSequenceKeyGenerator(256)
                .algorithm(SEALING)
                .keyID(keyId())
                .issueTime(Date.from(clock.instant()))
                .notBeforeTime(Date.from(notBefore))
                .generate();
    }

    private String keyId() {
        return Long.toString(clock.instant().getEpochSecond(), 36)
                + random.next(3).replace('_', '-');
    }
}
