package dev.portcullis.oauth.client;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.portcullis.crypto.Digests;
import dev.portcullis.outage.Outage;
import dev.portcullis.redis.RedisLink;
import dev.portcullis.redis.SealedJson;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Documents that were found good: in memory, bounded, and in Redis for the other replicas. Nothing here is needed: without Redis a document is
 * fetched more often. Event-loop confined.
 */
final class DocumentCache {
    private final RedisLink redis;
    private final SealedJson sealed;
    private final ClientDocument reader;
    private final InstantSource clock;
    private final Cache<String, Kept<Client>> memory;

    DocumentCache(int size, RedisLink redis, SealedJson sealed, ClientDocument reader, InstantSource clock) {
        this.redis = redis;
        this.sealed = sealed;
        this.reader = reader;
        this.clock = clock;
        this.memory = Caffeine.newBuilder().maximumSize(size).build();
    }

    /** From this process' memory alone. */
    Optional<Kept<Client>> near(String address) {
        return Optional.ofNullable(memory.getIfPresent(address)).filter(kept -> kept.isUsable(clock.instant()));
    }

    /** The freshest there is; never fails. */
    Future<Optional<Kept<Client>>> find(String address) {
        Optional<Kept<Client>> near = near(address);
        if (near.filter(kept -> kept.isFresh(clock.instant())).isPresent()) {
            return Future.succeededFuture(near);
        }
        return redis.get(key(address))
                .map(value -> value.flatMap(text -> open(address, text)))
                .map(far -> far.filter(kept -> near.isEmpty()
                                || kept.fetchedAt().isAfter(near.get().fetchedAt()))
                        .or(() -> near))
                .onSuccess(found -> found.ifPresent(kept -> memory.put(address, kept)))
                .recover(outage -> Future.succeededFuture(near));
    }

    void put(String address, String text, Kept<Client> kept) {
        memory.put(address, kept);
        JsonObject value = new JsonObject()
                .put("document", text)
                .put("fetched", kept.fetchedAt().toEpochMilli())
                .put("fresh", kept.freshUntil().toEpochMilli())
                .put("usable", kept.usableUntil().toEpochMilli());
        Duration ttl = Duration.between(clock.instant(), kept.usableUntil());
        if (ttl.toMillis() > 0) {
            // Best effort: RedisLink has said what is wrong.
            redis.set(key(address), sealed.seal(key(address), value), ttl).otherwiseEmpty();
        }
    }

    /** For what turned out to be no longer so. */
    void remove(String address) {
        memory.invalidate(address);
        redis.take(key(address)).otherwiseEmpty();
    }

    /** Read again as if it had just come: the rules may have changed since another replica stored it. */
    private Optional<Kept<Client>> open(String address, String value) {
        try {
            return sealed.open(key(address), value)
                    .map(json -> new Kept<>(
                            reader.read(address, json.getString("document")),
                            Instant.ofEpochMilli(json.getLong("fetched")),
                            Instant.ofEpochMilli(json.getLong("fresh")),
                            Instant.ofEpochMilli(json.getLong("usable"))));
        } catch (ClientDocumentProblem | Outage e) {
            return Optional.empty();
        }
    }

    private static String key(String address) {
        return "pc:cimd:{" + Digests.sha256(address) + "}";
    }
}
