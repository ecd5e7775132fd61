package dev.portcullis.token;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.redis.RedisLink;
import dev.portcullis.redis.Script;
import dev.portcullis.token.Revocations.Revoked;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The revoked grants as all replicas share them. One sorted set, ids by time of revocation, so that writing one down, trimming what is older
 * than any access token, and asking for what came since some time are each one step on one key, on a cluster too; a marker per grant would
 * have to be searched for. Times are those of Redis, whose clock is the only one that all replicas see.
 *
 * <p>For one event loop. Every future fails with {@link dev.portcullis.outage.Outage} only.
 */
public final class RevokedGrants {
    /** The channel on which ids are published. */
    public static final String CHANNEL = "pc:revocations";

    private static final String KEY = "pc:revoked";
    private static final Script REVOKE = Script.of(RevokedGrants.class, "revoke");
    private static final Script REVOKED = Script.of(RevokedGrants.class, "revoked");
    private static final int PAGE = 1000;
    // A refresh that is under way while its grant is revoked may still issue a token afterwards.
    private static final Duration SLACK = Duration.ofMinutes(1);

    private final RedisLink redis;
    private final Revocations view;
    private final Duration remembered;
    private final int maxGrants;

    public RevokedGrants(GatewayConfig config, RedisLink redis, Revocations view) {
        this.redis = redis;
        this.view = view;
        this.remembered = config.tokens().accessTokenTtl().plus(SLACK);
        this.maxGrants = config.revocation().maxGrants();
    }

    /**
     * What was read.
     *
     * @param at milliseconds, by the clock of Redis
     * @param revoked the oldest first
     */
    record Reading(long at, List<Revoked> revoked) {}

    /** Makes the access tokens of a grant worthless: here at once, on the other replicas within about a second. */
    public Future<Void> add(String grantId) {
        List<String> arguments =
                List.of(grantId, String.valueOf(remembered.toMillis()), String.valueOf(maxGrants), CHANNEL);
        return redis.run(REVOKE, List.of(KEY), arguments)
                .onSuccess(done -> learn(grantId))
                .mapEmpty();
    }

    /** What {@link #CHANNEL} told. */
    void learn(String grantId) {
        view.add(List.of(new Revoked(grantId, remembered)));
    }

    /**
     * Reads everything revoked since then.
     *
     * @param since milliseconds, by the clock of Redis
     * @param channel gets the message, which shows its subscriber that messages arrive
     */
    Future<Reading> read(long since, String channel, String message) {
        return read(since, channel, message, new ArrayList<>());
    }

    private Future<Reading> read(long since, String channel, String message, List<Revoked> newestFirst) {
        List<String> arguments = List.of(
                String.valueOf(since),
                String.valueOf(remembered.toMillis()),
                String.valueOf(newestFirst.size()),
                String.valueOf(PAGE),
                newestFirst.isEmpty() ? channel : "",
                message);
        return redis.run(REVOKED, List.of(KEY), arguments).compose(reply -> {
            long now = Long.parseLong(reply.get(0));
            for (int i = 1; i < reply.size(); i += 2) {
                Duration age = Duration.ofMillis(Math.max(0, now - Long.parseLong(reply.get(i + 1))));
                newestFirst.add(new Revoked(reply.get(i), remembered.minus(age)));
            }
            // What is revoked meanwhile moves the pages on, so that some come twice and none is left out.
            boolean more = reply.size() > 2 * PAGE && newestFirst.size() < maxGrants;
            if (more) {
                return read(since, channel, message, newestFirst);
            }
            Collections.reverse(newestFirst);
            return Future.succeededFuture(new Reading(now, newestFirst));
        });
    }
}
