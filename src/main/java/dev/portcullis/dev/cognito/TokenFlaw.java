package dev.portcullis.dev.cognito;

/** A way in which a token can be wrong that a verifier has to notice. */
public enum TokenFlaw {
    NONE,
    /** Valid in all respects, but issued to another app client of the same pool. */
    OTHER_CLIENT,
    /** An ID token where an access token belongs, or the other way round. */
    OTHER_KIND,
    /** {@code iss} names another pool; the keys are ours. */
    OTHER_POOL,
    ALG_NONE,
    /** Signed with HMAC over the public key: works on verifiers that let the token choose the algorithm. */
    HS256,
    /** The {@code kid} is a published one, but another key signed. */
    WRONG_KEY,
    NO_KID,
    UNKNOWN_KID,
    EXPIRED,
    /** An access token with an {@code aud} nobody asked for. */
    UNEXPECTED_AUDIENCE
}
