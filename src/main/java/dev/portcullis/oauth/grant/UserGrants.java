package dev.portcullis.oauth.grant;

import dev.portcullis.audit.AuditEvent;
import dev.portcullis.audit.AuditLog;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.Digests;
import dev.portcullis.redis.RedisLink;
import dev.portcullis.redis.Script;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which grants a user has. They live in other slots of a cluster than this index, so the two cannot be written in one step: the index comes
 * first, and may name grants that are over, but never leaves out one that lives. Whoever reads drops the dead.
 *
 * <p>Bounded by {@code connections.maxPerUser}: beyond, the grants that were not used for the longest time end.
 */
public final class UserGrants {
    private static final Logger LOG = LoggerFactory.getLogger(UserGrants.class);
    private static final Script REMEMBER = Script.of(UserGrants.class, "remember");
    private static final Script REMEMBERED = Script.of(UserGrants.class, "remembered");
    private static final Script FORGET = Script.of(UserGrants.class, "forget");
    private static final Duration FRESH = Duration.ofMinutes(1);
    // Look-ups at once. The event loop serves others too, and an answer that waits to be read for too long counts as
    // lost.
    private static final int AT_ONCE = 32;

    private final GatewayConfig config;
    private final RedisLink redis;
    private final Grants grants;
    private final Revoker revoker;
    private final AuditLog audit;

    private record LastUse(String grantId, Instant at) {}

    public UserGrants(GatewayConfig config, RedisLink redis, Grants grants, Revoker revoker, AuditLog audit) {
        this.config = config;
        this.redis = redis;
        this.grants = grants;
        this.revoker = revoker;
        this.audit = audit;
    }

    /** To be called before the grant is opened; answers how many the index names now, dead ones among them. */
    Future<Long> add(Grant grant) {
        List<String> arguments = List.of(
                grant.id(), String.valueOf(config.refresh().maxLifetime().toMillis()));
        return redis.run(REMEMBER, List.of(key(grant.user().subject())), arguments)
                .map(count -> Long.parseLong(count.get(0)));
    }

    /**
     * To be called after it was opened. Nobody waits for it: where it fails, the next login tries again.
     *
     * @param named what {@link #add} answered
     */
    void bound(Grant grant, long named) {
        if (named > config.connections().maxPerUser()) {
            endUnused(grant.user().subject())
                    .onFailure(failure -> LOG.atWarn()
                            .addKeyValue("reason", failure.getMessage())
                            .log("could not bound the grants of a user"));
        }
    }

    /** The grants of a user that are alive, the last used first. Fails with {@link dev.portcullis.outage.Outage} only. */
    public Future<List<GrantUse>> of(String subject) {
        return alive(subject, grants::use).map(uses -> {
            // The index is only a hint: whose a grant is, the grant says.
            uses.removeIf(use -> !use.grant().user().subject().equals(subject));
            uses.sort(Comparator.comparing(GrantUse::lastUsed).reversed());
            return uses;
        });
    }

    /** What a look-up finds of each grant that the index names, the newest first; those of which it finds nothing are forgotten. */
    private <T> Future<List<T>> alive(String subject, Function<String, Future<Optional<T>>> lookup) {
        List<T> alive = new ArrayList<>();
        return redis.run(REMEMBERED, List.of(key(subject)), List.of())
                .compose(all -> inTurns(all, ids -> {
                    List<Future<Optional<T>>> lookups = ids.stream().map(lookup).toList();
                    return Future.all(lookups).onSuccess(found -> {
                        List<String> dead = new ArrayList<>();
                        for (int i = 0; i < ids.size(); i++) {
                            lookups.get(i).result().ifPresentOrElse(alive::add, addTo(dead, ids.get(i)));
                        }
                        forget(subject, dead);
                    });
                }))
                .map(alive);
    }

    /** Some at a time. */
    private static <T> Future<Void> inTurns(List<T> all, Function<List<T>, Future<?>> turn) {
        if (all.isEmpty()) {
            return Future.succeededFuture();
        }
        List<T> first = all.subList(0, Math.min(AT_ONCE, all.size()));
        return turn.apply(first).compose(done -> inTurns(all.subList(first.size(), all.size()), turn));
    }

    private static Runnable addTo(List<String> list, String element) {
        return () -> list.add(element);
    }

    /** Best effort: who reads next does it again. */
    private void forget(String subject, List<String> dead) {
        if (!dead.isEmpty()) {
            List<String> arguments = new ArrayList<>(dead);
            arguments.add(0, String.valueOf(FRESH.toMillis()));
            redis.run(FORGET, List.of(key(subject)), arguments);
        }
    }

    /** With every login beyond the bound: that is no time to open each grant. */
    private Future<Void> endUnused(String subject) {
        return alive(subject, id -> grants.lastUsed(id).map(used -> used.map(at -> new LastUse(id, at))))
                .compose(uses -> {
                    // Stable: of those that were used at the same time, the newest come first.
                    uses.sort(Comparator.comparing(LastUse::at).reversed());
                    List<LastUse> surplus =
                            uses.subList(Math.min(config.connections().maxPerUser(), uses.size()), uses.size());
                    return inTurns(
                            surplus,
                            some -> Future.join(some.stream()
                                    .map(use -> end(subject, use.grantId()))
                                    .toList()));
                });
    }

    private Future<Void> end(String subject, String grantId) {
        return grants.find(grantId).compose(found -> {
            if (found.filter(grant -> grant.user().subject().equals(subject)).isPresent()) {
                return end(found.get());
            }
            // It is over since, or was sealed with a key that is distrusted now.
            forget(subject, List.of(grantId));
            return Future.succeededFuture();
        });
    }

    private Future<Void> end(Grant grant) {
        return revoker.revoke(grant).onSuccess(ended -> audit.record(new AuditEvent.Revoked("limit", grant.access())));
    }

    /** A subject is unique at its issuer only (OpenID Connect Core §2); and a digest tells nobody who has an account here. */
    private String key(String subject) {
        return "pc:user:{" + Digests.sha256(config.cognito().issuer() + '\n' + subject) + "}";
    }
}
