package dev.portcullis.dev.cognito;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;

/** Signs as Cognito does, header {@code kid} and {@code alg} and no {@code typ}, or wrongly where a test wants that. */
final class TokenSigner {
    private final SigningKeys keys;

    TokenSigner(SigningKeys keys) {
        this.keys = keys;
    }

    String accessToken(JWTClaimsSet claims, TokenFlaw flaw) {
        SigningKeys.Pair pair = keys.signing();
        return sign(claims, pair.access(), pair.id(), flaw);
    }

    String idToken(JWTClaimsSet claims, TokenFlaw flaw) {
        SigningKeys.Pair pair = keys.signing();
        return sign(claims, pair.id(), pair.access(), flaw);
    }

    private static String sign(JWTClaimsSet claims, RSAKey key, RSAKey other, TokenFlaw flaw) {
        try {
            if (flaw == TokenFlaw.ALG_NONE) {
                return new PlainJWT(claims).serialize();
            }
            if (flaw == TokenFlaw.HS256) {
                byte[] publicKey = key.toRSAPublicKey().getEncoded();
                return sign(claims, header(JWSAlgorithm.HS256).keyID(key.getKeyID()), new MACSigner(publicKey));
            }
            JWSHeader.Builder header = header(JWSAlgorithm.RS256);
            if (flaw == TokenFlaw.UNKNOWN_KID) {
                header.keyID("dW5rbm93biBrZXkgb2YgdGhpcnR5LXR3byBieXRlcy4=");
            } else if (flaw != TokenFlaw.NO_KID) {
                header.keyID(key.getKeyID());
            }
            return sign(claims, header, new RSASSASigner(flaw == TokenFlaw.WRONG_KEY ? other : key));
        } catch (JOSEException e) {
            throw new IllegalStateException("cannot sign with a key of our own", e);
        }
    }

    private static String sign(JWTClaimsSet claims, JWSHeader.Builder header, JWSSigner signer) throws JOSEException {
        SignedJWT token = new SignedJWT(header.build(), claims);
        token.sign(signer);
        return token.serialize();
    }

    private static JWSHeader.Builder header(JWSAlgorithm algorithm) {
        return new JWSHeader.Builder(algorithm);
    }
}
