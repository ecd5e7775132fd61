package dev.portcullis.oauth.grant;

import dev.portcullis.config.Revocation;
import dev.portcullis.redis.RedisLink;
import dev.portcullis.redis.Script;
import dev.portcullis.redis.SealedJson;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sign-ins that are to be ended at the identity provider, from before it is asked until it has answered, for all replicas: whoever dies in
 * between, or gets no answer, leaves the rest to the others. Each is handed out to one replica at a time.
 *
 * <p>Key: {@code pc:signouts:{idp}}, a sorted set of sealed tokens by when they are due. Bounded by {@code revocation.maxUnfinished}.
 */
final class UnfinishedRevocations {
    private static final Script KEEP = Script.of(UnfinishedRevocations.class, "keep");
    private static final Script DUE = Script.of(UnfinishedRevocations.class, "due");
    private static final Script FINISHED = Script.of(UnfinishedRevocations.class, "finished");
    private static final String KEY = "pc:signouts:{idp}";
    private static final int BATCH = 16;

    private final Revocation config;
    private final Duration lease;
    private final RedisLink redis;
    private final SealedJson sealed;
    private final InstantSource clock;

    /** @param lease longer than it takes the provider to answer a batch, or not to answer one */
    UnfinishedRevocations(Revocation config, Duration lease, RedisLink redis, SealedJson sealed, InstantSource clock) {
        this.config = config;
        this.lease = lease;
        this.redis = redis;
        this.sealed = sealed;
        this.clock = clock;
    }

    /**
     * One of them.
     *
     * @param entry as it is stored
     * @param until after which the provider's own token has lost its worth, or trying its point
     */
    record Unfinished(String entry, String grantId, String idpRefreshToken, Instant until) {
        @Override
        public String toString() {
            return "Unfinished[grant " + grantId + "]";
        }
    }

    /**
     * Those that are due.
     *
     * @param entries taken for a while by this replica
     * @param gone how many cannot be read any more, because their sealing key is distrusted; they are removed
     * @param waiting all there are
     */
    record Batch(List<Unfinished> entries, int gone, long waiting) {}

    /** Empty where there is no room for more. */
    Future<Optional<Unfinished>> keep(String grantId, String idpRefreshToken) {
        Instant until = clock.instant().plus(config.keepUnfinished());
        String entry = sealed.seal(
                KEY,
                new JsonObject()
                        .put("grant", grantId)
                        .put("token", idpRefreshToken)
                        .put("until", until.getEpochSecond()));
        List<String> arguments = List.of(
                entry,
                millis(lease),
                String.valueOf(config.maxUnfinished()),
                millis(config.keepUnfinished().plus(lease)));
        return redis.run(KEEP, List.of(KEY), arguments)
                .map(reply -> reply.equals(List.of("kept"))
                        ? Optional.of(new Unfinished(entry, grantId, idpRefreshToken, until))
                        : Optional.empty());
    }

    /** Takes those that are due, for this replica, until they are due again. */
    Future<Batch> due() {
        return redis.run(DUE, List.of(KEY), List.of(millis(lease), String.valueOf(BATCH)))
                .map(reply -> {
                    List<Unfinished> readable = new ArrayList<>();
                    int gone = 0;
                    for (String entry : reply.subList(1, reply.size())) {
                        Optional<JsonObject> json = sealed.open(KEY, entry);
                        if (json.isPresent()) {
                            readable.add(unfinished(entry, json.get()));
                        } else {
                            finished(entry);
                            gone++;
                        }
                    }
                    return new Batch(readable, gone, Long.parseLong(reply.get(0)));
                });
    }

    Future<Void> finished(String entry) {
        return redis.run(FINISHED, List.of(KEY), List.of(entry)).mapEmpty();
    }

    private static Unfinished unfinished(String entry, JsonObject json) {
        return new Unfinished(
                entry, json.getString("grant"), json.getString("token"), Instant.ofEpochSecond(json.getLong("until")));
    }

    private static String millis(Duration duration) {
        return String.valueOf(duration.toMillis());
    }
}
