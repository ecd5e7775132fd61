package dev.portcullis.oauth.client;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.SignedJWT;
import java.util.List;

/** {@code token_endpoint_auth_signing_alg_values_supported}: asymmetric only, so that no public key can be taken for a shared secret. */
public final class AssertionAlgorithms {
    private static final List<JWSAlgorithm> ALL = List.of(JWSAlgorithm.RS256, JWSAlgorithm.PS256, JWSAlgorithm.ES256);

    private AssertionAlgorithms() {}

    public static List<String> names() {
        return ALL.stream().map(JWSAlgorithm::getName).toList();
    }

    /** Whether this key, as far as it says what it is for, could have made such a signature. */
    static boolean fits(JWK key, JWSAlgorithm algorithm) {
        boolean declared = key.getAlgorithm() == null || key.getAlgorithm().equals(algorithm);
        return declared && (algorithm.equals(JWSAlgorithm.ES256) ? key instanceof ECKey : key instanceof RSAKey);
    }

    /** Refuses critical headers that are not understood (RFC 7515 §4.1.11). */
    static boolean verify(SignedJWT jwt, JWK key) {
        try {
            JWSVerifier verifier =
                    key instanceof RSAKey rsa ? new RSASSAVerifier(rsa) : new ECDSAVerifier(key.toECKey());
            return jwt.verify(verifier);
        } catch (JOSEException e) {
            return false;
        }
    }
}
