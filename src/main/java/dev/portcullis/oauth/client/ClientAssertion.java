package dev.portcullis.oauth.client;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.portcullis.oauth.OAuthError;
import java.text.ParseException;
import java.util.Optional;

/** A {@code client_assertion} as it came: well-formed, signed in a way we accept, and not verified yet (RFC 7523 §2.2). */
record ClientAssertion(SignedJWT jwt, JWTClaimsSet claims, String subject) {
    static final String TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private static final int MAX_LENGTH = 8 * 1024;

    /** Throws {@link OAuthError} {@code invalid_client}. */
    static ClientAssertion parse(String type, String compact) {
        if (!type.equals(TYPE)) {
            throw refused("client_assertion_type must be " + TYPE);
        }
        if (compact.length() > MAX_LENGTH) {
            throw refused("the client assertion is longer than " + MAX_LENGTH + " characters");
        }
        try {
            // Anything but a signed JWT fails here, alg none included.
            SignedJWT jwt = SignedJWT.parse(compact);
            JWTClaimsSet claims = jwt.getJWTClaimsSet();
            if (!AssertionAlgorithms.names()
                    .contains(jwt.getHeader().getAlgorithm().getName())) {
                throw refused(
                        "the client assertion must be signed with " + String.join(", ", AssertionAlgorithms.names()));
            }
            String subject = claims.getSubject();
            if (subject == null || !subject.equals(claims.getIssuer())) {
                throw refused("iss and sub of the client assertion must both be the client_id");
            }
            return new ClientAssertion(jwt, claims, subject);
        } catch (ParseException | IllegalArgumentException e) {
            throw refused("the client assertion is not a signed JWT");
        }
    }

    JWSAlgorithm algorithm() {
        return jwt.getHeader().getAlgorithm();
    }

    Optional<String> keyId() {
        return Optional.ofNullable(jwt.getHeader().getKeyID());
    }

    static OAuthError refused(String description) {
        return new OAuthError(OAuthError.Code.INVALID_CLIENT, description);
    }
}
