package dev.portcullis.token;

import dev.portcullis.crypto.Digests;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** SHA-256 of a token as four numbers: a key for a cache that must not hold the tokens themselves. */
record TokenDigest(long first, long second, long third, long fourth) {

    static TokenDigest of(String token) {
        // Bearer tokens are ASCII (RFC 6750 §2.1); anything else is no token of ours and only has to be told apart.
        ByteBuffer digest = ByteBuffer.wrap(Digests.sha256(token.getBytes(StandardCharsets.ISO_8859_1)));
        return new TokenDigest(digest.getLong(), digest.getLong(), digest.getLong(), digest.getLong());
    }
}
