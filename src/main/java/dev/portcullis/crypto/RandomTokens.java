package dev.portcullis.crypto;

import java.security.SecureRandom;

/** Unguessable identifiers of {@code [A-Za-z0-9_-]}. */
public final class RandomTokens {
    private final SecureRandom random;

    public RandomTokens(SecureRandom random) {
        this.random = random;
    }

    /** 256 bits, 43 characters: beyond the 160 bits that OAuth 2.1 §7.7 recommends. */
    public String next() {
        return next(32);
    }

    /** @param bytes of randomness, each eight bits */
    public String next(int bytes) {
        byte[] token = new byte[bytes];
        random.nextBytes(token);
        return Digests.base64url(token);
    }
}
