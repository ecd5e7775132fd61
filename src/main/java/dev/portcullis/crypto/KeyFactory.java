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

    RSAKey signingKey() throws JOSEException {
        Date now = Date.from(clock.instant());
        return new RSAKeyGenerator(2048)
                .keyUse(KeyUse.SIGNATURE)
                .algorithm(JWSAlgorithm.RS256)
                .keyID(keyId())
                .issueTime(now)
                .notBeforeTime(now)
                .generate();
    }

    /** 256 random bits. */
    OctetSequenceKey octets() throws JOSEException {
        Date now = Date.from(clock.instant());
        return new OctetSequenceKeyGenerator(256)
                .algorithm(SEALING)
                .keyID(keyId())
                .issueTime(now)
                .notBeforeTime(now)
                .generate();
    }

    private String keyId() {
        return Long.toString(clock.instant().getEpochSecond(), 36)
                + random.next(3).replace('_', '-');
    }
}
