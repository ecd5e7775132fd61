package dev.portcullis.oauth.client;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.jwk.JWK;
import dev.portcullis.config.ClientDocuments;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.DocumentUrl;
import dev.portcullis.fetch.FetchProblem;
import dev.portcullis.trace.CurrentSpan;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The key sets that clients keep at a {@code jwks_uri}, in memory. A key id that is not known causes a fetch at most once per cool-down, a set
 * that cannot be had at most once in a tenth of it: nobody can make this gateway call an address at will. Keys that were good stay good while
 * their server is in trouble. Event-loop confined.
 */
final class ClientKeySets {
    private final ClientDocuments config;
    private final DocumentFetcher fetcher;
    private final InstantSource clock;
    private final Cache<String, Kept<List<JWK>>> memory;
    private final Cache<String, Failure> failures;
    private final Map<String, Future<List<JWK>>> underWay = new HashMap<>();

    private record Failure(Throwable cause, Instant until) {}

    ClientKeySets(ClientDocuments config, DocumentFetcher fetcher, InstantSource clock) {
        this.config = config;
        this.fetcher = fetcher;
        this.clock = clock;
        this.memory = Caffeine.newBuilder().maximumSize(config.maxCached()).build();
        this.failures = Caffeine.newBuilder().maximumSize(config.maxCached()).build();
    }

    /** The whole set, which has the key if there is one; fails with {@link ClientDocumentProblem}. */
    Future<List<JWK>> find(DocumentUrl url, Optional<String> keyId) {
        Instant now = clock.instant();
        Optional<Kept<List<JWK>>> kept =
                Optional.ofNullable(memory.getIfPresent(url.text())).filter(set -> set.isUsable(now));
        boolean known =
                kept.filter(set -> set.isFresh(now) && has(set.value(), keyId)).isPresent();
        boolean cooling = kept.filter(set -> now.isBefore(set.fetchedAt().plus(config.keySetCooldown())))
                .isPresent();
        if (known || cooling) {
            return Future.succeededFuture(kept.get().value());
        }
        return fetchUnlessJustFailed(url, now)
                .recover(failure ->
                        kept.isPresent() && failure instanceof ClientDocumentProblem problem && problem.isPassing()
                                ? Future.succeededFuture(kept.get().value())
                                : Future.failedFuture(failure));
    }

    private Future<List<JWK>> fetchUnlessJustFailed(DocumentUrl url, Instant now) {
        Failure last = failures.getIfPresent(url.text());
        return last != null && now.isBefore(last.until()) ? Future.failedFuture(last.cause()) : fetchOnce(url);
    }

    private Future<List<JWK>> fetchOnce(DocumentUrl url) {
        Future<List<JWK>> running = underWay.get(url.text());
        if (running != null) {
            return CurrentSpan.keep(running);
        }
        Future<List<JWK>> started = fetcher.fetch(url, config.maxKeySetBytes())
                .recover(failure -> failure instanceof FetchProblem problem
                        ? Future.failedFuture(ClientDocumentProblem.of(url.text(), problem))
                        : Future.failedFuture(failure))
                .map(fetched -> {
                    List<JWK> keys = KeySetReader.read(url.text(), fetched.text());
                    Instant now = clock.instant();
                    memory.put(
                            url.text(),
                            fetched.freshFor()
                                    .map(freshFor -> Kept.of(keys, now, freshFor, config.cache()))
                                    // Not to be stored (RFC 9111 §5.2.2.5), so no longer than it keeps us from asking
                                    // again.
                                    .orElseGet(() -> new Kept<>(keys, now, now, now.plus(config.keySetCooldown()))));
                    return keys;
                });
        underWay.put(url.text(), started);
        return started.onComplete(done -> {
            underWay.remove(url.text());
            if (done.failed()) {
                Instant until = clock.instant().plus(config.keySetCooldown().dividedBy(10));
                failures.put(url.text(), new Failure(done.cause(), until));
            }
        });
    }

    private static boolean has(List<JWK> keys, Optional<String> keyId) {
        return keyId.isEmpty() || keys.stream().anyMatch(key -> keyId.get().equals(key.getKeyID()));
    }
}
