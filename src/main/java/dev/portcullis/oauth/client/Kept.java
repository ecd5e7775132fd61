package dev.portcullis.oauth.client;

import dev.portcullis.config.ClientDocuments;
import java.time.Duration;
import java.time.Instant;

/**
 * What was fetched, and for how long it is good.
 *
 * @param freshUntil until then it is used without asking again
 * @param usableUntil until then it is used while its server is in trouble (RFC 9111 §4.2.4)
 */
record Kept<T>(T value, Instant fetchedAt, Instant freshUntil, Instant usableUntil) {

    static <T> Kept<T> of(T value, Instant now, Duration freshFor, ClientDocuments.Cache cache) {
        Instant freshUntil = now.plus(freshFor);
        return new Kept<>(value, now, freshUntil, freshUntil.plus(cache.keepStale()));
    }

    boolean isFresh(Instant now) {
        return now.isBefore(freshUntil);
    }

    boolean isUsable(Instant now) {
        return now.isBefore(usableUntil);
    }
}
