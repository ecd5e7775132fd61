package dev.portcullis.token;

import java.util.Arrays;

/**
 * Digests of the tokens that this event loop saw last: to compare a token with the one in its place costs a tenth of computing its digest,
 * and clients send the same token again and again. Says nothing about whether a token is good. Bounded by its number of places. A comparison
 * takes longer the more leading bytes are right; what nobody can guess, the signature, are the last 342 characters, compared many at a time.
 */
final class RecentTokens {
    private static final Seen NOTHING = new Seen("", new TokenDigest(0, 0, 0, 0));
    // A signature's last characters are as good as random.
    private static final int HASHED = 8;

    private final Seen[] places;

    private record Seen(String token, TokenDigest digest) {}

    /** @param size how many are remembered, or up to twice as many: the next power of two */
    RecentTokens(int size) {
        this.places = new Seen[Integer.highestOneBit(2 * size - 1)];
        Arrays.fill(places, NOTHING);
    }

    TokenDigest digest(String token) {
        Seen seen = places[place(token)];
        return !token.isEmpty() && seen.token().equals(token) ? seen.digest() : TokenDigest.of(token);
    }

    /** For tokens that were found good: a flood of bad ones pushes none out. */
    void keep(String token, TokenDigest digest) {
        int place = place(token);
        if (places[place].digest() != digest) {
            places[place] = new Seen(token, digest);
        }
    }

    private int place(String token) {
        int hash = token.length();
        for (int i = Math.max(0, token.length() - HASHED); i < token.length(); i++) {
            hash = 31 * hash + token.charAt(i);
        }
        return (hash ^ hash >>> 16) & places.length - 1;
    }
}
