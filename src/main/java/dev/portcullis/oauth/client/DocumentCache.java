package dev.portcullis.oauth.client;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.portcullis.config.ClientDocuments;
import dev.portcullis.crypto.Digests;
import dev.portcullis.outage.Outage;
import dev.portcullis.redis.RedisLink;
import dev.portcullis.redis.Script;
import dev.portcullis.redis.SealedJson;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Documents that were found good: in memory, and in Redis for the other replicas; bounded in both, because anybody can name a good document.
 * Nothing here is needed: without Redis, or beyond the bounds, a document is fetched more often. Event-loop confined.
 *
 * <p>Keys: {@code pc:cimd:{documents}} (hash: documents by the digests of their addresses) and {@code pc:cimd:{documents}:order} (sorted set: those
 * digests by the time they were stored).
 */
final class DocumentCache {
    private static final String DOCUMENTS = "pc:cimd:{documents}";
    private static final List<String> KEYS = List.of(DOCUMENTS, DOCUMENTS + ":order");
    private static final Script STORE = Script.of(DocumentCache.class, "document");
    private static final Script WITHDRAW = Script.of(DocumentCache.class, "withdraw");

    private final int maxStored;
    private final RedisLink redis;
    private final SealedJson sealed;
    private final ClientDocument reader;
    private final InstantSource clock;
    private final Cache<String, Kept<Client>> memory;

    DocumentCache(
            ClientDocuments config, RedisLink redis, SealedJson sealed, ClientDocument reader, InstantSource clock) {
        this.maxStored = config.maxStored();
        this.redis = redis;
        this.sealed = sealed;
        this.reader = reader;
        this.clock = clock;
        this.memory = Caffeine.newBuilder().maximumSize(config.maxCached()).build();
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
        return redis.field(DOCUMENTS, name(address))
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
            redis.run(
                            STORE,
                            KEYS,
                            List.of(
                                    name(address),
                                    sealed.seal(place(address), value),
                                    String.valueOf(maxStored),
                                    String.valueOf(ttl.toMillis())))
                    .otherwiseEmpty();
        }
    }

    /** For what turned out to be no longer so. */
    void remove(String address) {
        memory.invalidate(address);
        redis.run(WITHDRAW, KEYS, List.of(name(address))).otherwiseEmpty();
    }

    /** Read again as if it had just come: the rules may have changed since another replica stored it. */
    private Optional<Kept<Client>> open(String address, String value) {
        try {
            return sealed.open(place(address), value)
                    .map(json -> new Kept<>(
                            reader.read(address, json.getString("document")),
                            Instant.ofEpochMilli(json.getLong("fetched")),
                            Instant.ofEpochMilli(json.getLong("fresh")),
                            Instant.ofEpochMilli(json.getLong("usable"))));
        } catch (ClientDocumentProblem | Outage e) {
            return Optional.empty();
        }
    }

    private static String name(String address) {
        return Digests.sha256(address);
    }

    /** What it is sealed for. */
    private static String place(String address) {
        return DOCUMENTS + name(address);
    }
}
