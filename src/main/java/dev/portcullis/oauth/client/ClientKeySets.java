package dev.portcullis.oauth.client;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.jwk.JWK;
import dev.portcullis.config.ClientDocuments;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.fetch.DocumentUrl;
import dev.portcullis.fetch.FetchProblem;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The key sets that clients keep at a {@code jwks_uri}, in memory. A key id that is not known causes a fetch at most once per cool-down; keys
 * that were good stay good while their server is in trouble. Event-loop confined.
 */
final class ClientKeySets {
    private final ClientDocuments config;
    private final DocumentFetcher fetcher;
    private final InstantSource clock;
    private final Cache<String, Kept<List<JWK>>> memory;
    private final Map<String, Future<List<JWK>>> underWay = new HashMap<>();

    ClientKeySets(ClientDocuments config, DocumentFetcher fetcher, InstantSource clock) {
        this.config = config;
        this.fetcher = fetcher;
        this.clock = clock;
        this.memory = Caffeine.newBuilder().maximumSize(config.maxCached()).build();
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
        return fetchOnce(url)
                .recover(failure ->
                        kept.isPresent() && failure instanceof ClientDocumentProblem problem && problem.isPassing()
                                ? Future.succeededFuture(kept.get().value())
                                : Future.failedFuture(failure));
    }

    private Future<List<JWK>> fetchOnce(DocumentUrl url) {
        Future<List<JWK>> running = underWay.get(url.text());
        if (running != null) {
            return running;
        }
        Future<List<JWK>> started = fetcher.fetch(url, config.maxKeySetBytes())
                .recover(failure -> failure instanceof FetchProblem problem
                        ? Future.failedFuture(ClientDocumentProblem.of(url.text(), problem))
                        : Future.failedFuture(failure))
                .map(fetched -> {
                    List<JWK> keys = KeySetReader.read(url.text(), fetched.text());
                    fetched.freshFor()
                            .ifPresent(freshFor ->
                                    memory.put(url.text(), Kept.of(keys, clock.instant(), freshFor, config.cache())));
                    return keys;
                });
        underWay.put(url.text(), started);
        return started.onComplete(done -> underWay.remove(url.text()));
    }

    private static boolean has(List<JWK> keys, Optional<String> keyId) {
        return keyId.isEmpty() || keys.stream().anyMatch(key -> keyId.get().equals(key.getKeyID()));
    }
}
