package dev.portcullis.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Tokens that were verified, by their digest, until they expire. Shared by all event loops: a token verified on one is known on the others.
 * Bounded; only good tokens enter, so a flood of bad ones pushes none out.
 */
public final class VerifiedTokens {
    private final Cache<TokenDigest, VerifiedToken> cache;

    /** @param maxTokens remembered at once */
    public VerifiedTokens(int maxTokens, InstantSource clock) {
        this.cache = Caffeine.newBuilder()
                .maximumSize(maxTokens)
                .ticker(Ticker.systemTicker())
                .expireAfter(Expiry.creating((TokenDigest digest, VerifiedToken token) ->
                        Duration.between(clock.instant(), token.expiresAt())))
                .build();
    }

    Optional<VerifiedToken> find(TokenDigest digest) {
        return Optional.ofNullable(cache.getIfPresent(digest));
    }

    void remember(TokenDigest digest, VerifiedToken token) {
        cache.put(digest, token);
    }
}
