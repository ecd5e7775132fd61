package dev.portcullis.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.portcullis.crypto.KeyRing;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * Tokens that were verified, by their digest, until they expire. Shared by all event loops: a token verified on one is known on the others.
 * Bounded; only good tokens enter, so a flood of bad ones pushes none out. What was verified under other keys than the ring holds now counts
 * for nothing.
 */
public final class VerifiedTokens {
    private final Cache<TokenDigest, Entry> cache;
    private final KeyRing keys;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();

    private record Entry(VerifiedToken token, long keysVersion) {}

    /** @param maxTokens remembered at once */
    public VerifiedTokens(int maxTokens, KeyRing keys, InstantSource clock) {
        this.keys = keys;
        this.cache = Caffeine.newBuilder()
                .maximumSize(maxTokens)
                .ticker(Ticker.systemTicker())
                // Its upkeep takes less time than to wake another thread for it.
                .executor(Runnable::run)
                .expireAfter(Expiry.creating((TokenDigest digest, Entry entry) ->
                        Duration.between(clock.instant(), entry.token().expiresAt())))
                .build();
    }

    /** Metrics: {@code portcullis_tokens_lookups_total} (result: hit, miss), {@code portcullis_tokens_cached}. */
    public void measure(MeterRegistry metrics) {
        FunctionCounter.builder("portcullis.tokens.lookups", hits, LongAdder::sum)
                .tag("result", "hit")
                .register(metrics);
        FunctionCounter.builder("portcullis.tokens.lookups", misses, LongAdder::sum)
                .tag("result", "miss")
                .register(metrics);
        Gauge.builder("portcullis.tokens.cached", cache, Cache::estimatedSize).register(metrics);
    }

    Optional<VerifiedToken> find(TokenDigest digest) {
        Entry entry = cache.getIfPresent(digest);
        if (entry == null || entry.keysVersion() != keys.version()) {
            misses.increment();
            return Optional.empty();
        }
        hits.increment();
        return Optional.of(entry.token());
    }

    void forget(TokenDigest digest) {
        cache.invalidate(digest);
    }

    /** @param keysVersion of the ring before the verification began */
    void remember(TokenDigest digest, VerifiedToken token, long keysVersion) {
        cache.put(digest, new Entry(token, keysVersion));
    }
}
