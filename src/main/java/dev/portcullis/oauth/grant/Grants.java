package dev.portcullis.oauth.grant;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.RandomTokens;
import dev.portcullis.idp.IdpTokens;
import dev.portcullis.outage.Outage;
import dev.portcullis.redis.RedisLink;
import dev.portcullis.redis.Script;
import dev.portcullis.redis.SealedJson;
import dev.portcullis.token.RevokedGrants;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The refresh mapping: which generation of refresh token is current, and the Cognito tokens behind it. Every method is one atomic step in
 * Redis; none but {@link #claim} decides anything.
 */
public final class Grants {
    private static final Script CLAIM = Script.of(Grants.class, "claim");
    private static final Script ROTATE = Script.of(Grants.class, "rotate");
    private static final Script RETAIN = Script.of(Grants.class, "retain");
    private static final Script RELEASE = Script.of(Grants.class, "release");
    private static final Script REVOKE = Script.of(Grants.class, "revoke");
    // A Cognito token that ends sooner is not worth a new access token of ours.
    private static final Duration LEAST_LIFE = Duration.ofSeconds(30);

    private final GatewayConfig config;
    private final RedisLink redis;
    private final SealedJson sealed;
    private final RevokedGrants revoked;
    private final RandomTokens random;
    private final InstantSource clock;

    public Grants(
            GatewayConfig config,
            RedisLink redis,
            SealedJson sealed,
            RevokedGrants revoked,
            RandomTokens random,
            InstantSource clock) {
        this.config = config;
        this.redis = redis;
        this.sealed = sealed;
        this.revoked = revoked;
        this.random = random;
        this.clock = clock;
    }

    /** What a refresh token is worth. */
    public sealed interface Claim {
        /**
         * This caller alone calls Cognito now, then {@link #rotate}s, {@link #retain}s or {@link #release}s.
         *
         * @param generation the one to be replaced
         */
        record Leased(Grant grant, long generation, String lease) implements Claim {}

        /** The token was rotated a short while ago, by another window of the client or in an answer that got lost: the successor stands. */
        record Current(Grant grant, long generation) implements Claim {}

        /** Another caller holds the lease; ask again soon. */
        record Busy() implements Claim {}

        /** The refreshes of this grant have asked Cognito too often of late; nothing has changed. */
        record Throttled(Duration retryAfter) implements Claim {}

        /** The token was replaced long ago: somebody uses a copy. */
        record Reused(Grant grant) implements Claim {}

        /** There is no such grant, or it is over, or it was sealed with a key that is distrusted. */
        record Gone() implements Claim {}
    }

    /** Empty once the grant is over. */
    public Future<Optional<Grant>> find(String grantId) {
        return redis.field(new GrantKeys(grantId).grant(), "data")
                .map(data -> data.flatMap(sealedGrant -> open(grantId, sealedGrant)));
    }

    /** Like {@link #find}, with the time of its last use. */
    Future<Optional<GrantUse>> use(String grantId) {
        return redis.fields(new GrantKeys(grantId).grant(), List.of("data", "used"))
                .map(fields -> fields.get(0)
                        .flatMap(data -> open(grantId, data))
                        .map(grant -> new GrantUse(
                                grant,
                                fields.get(1)
                                        .map(millis -> Instant.ofEpochMilli(Long.parseLong(millis)))
                                        .orElse(grant.createdAt()))));
    }

    /** When tokens were issued from it for the last time, at the earliest ever where it does not say; without opening it, so whose it is stays unknown. */
    Future<Optional<Instant>> lastUsed(String grantId) {
        return redis.fields(new GrantKeys(grantId).grant(), List.of("gen", "used"))
                .map(fields -> fields.get(0)
                        .map(alive -> fields.get(1)
                                .map(millis -> Instant.ofEpochMilli(Long.parseLong(millis)))
                                .orElse(Instant.EPOCH)));
    }

    public Future<Claim> claim(RefreshToken token) {
        String lease = random.next(16);
        GrantKeys keys = new GrantKeys(token.grantId());
        int perMinute = config.rateLimits().refreshesOfGrant();
        List<String> arguments = List.of(
                String.valueOf(token.generation()),
                millis(config.refresh().reuseGrace()),
                lease,
                millis(config.refresh().lease()),
                String.valueOf(perMinute == 0 ? 0 : Math.max(1, 60_000 / perMinute)),
                String.valueOf(perMinute),
                String.valueOf(clock.instant().toEpochMilli()));
        return redis.take(config.refresh().lease(), CLAIM, RELEASE, List.of(keys.grant()), arguments, lease)
                .map(reply -> claim(token.grantId(), lease, reply));
    }

    private Claim claim(String grantId, String lease, List<String> reply) {
        switch (reply.get(0)) {
            case "leased":
                return open(grantId, reply.get(2))
                        .<Claim>map(grant -> new Claim.Leased(grant, Long.parseLong(reply.get(1)), lease))
                        .orElseGet(Claim.Gone::new);
            case "current":
                return open(grantId, reply.get(2))
                        .<Claim>map(grant -> new Claim.Current(grant, Long.parseLong(reply.get(1))))
                        .orElseGet(Claim.Gone::new);
            case "reused":
                return open(grantId, reply.get(1)).<Claim>map(Claim.Reused::new).orElseGet(Claim.Gone::new);
            case "throttled":
                return new Claim.Throttled(Duration.ofMillis(Long.parseLong(reply.get(1))));
            case "busy":
                return new Claim.Busy();
            default:
                return new Claim.Gone();
        }
    }

    /**
     * Stores Cognito's new tokens and the next generation; answers the grant as it is now. Where Redis is away, as often as it takes while the
     * lease lasts: nobody else has these tokens. Fails with {@link Outage} if the lease ran out.
     */
    public Future<Grant> rotate(Claim.Leased claim, IdpTokens fresh) {
        Grant next = claim.grant().with(fresh);
        GrantKeys keys = new GrantKeys(next.id());
        List<String> arguments = List.of(
                claim.lease(),
                String.valueOf(claim.generation()),
                sealed.seal(keys.grant(), next.toJson()),
                freshUntil(next),
                millis(remaining(next)),
                millis(config.refresh().reuseGrace()));
        return redis.insist(config.refresh().lease(), ROTATE, List.of(keys.grant()), arguments)
                .compose(reply -> reply.equals(List.of("rotated"))
                        ? Future.succeededFuture(next)
                        : Future.failedFuture(new Outage("redis", "the lease of a refresh ran out")));
    }

    /** Stores the refresh token that may have taken the old one's place at Cognito, and lets others have a try. */
    public Future<Void> retain(Claim.Leased claim, String idpRefreshToken) {
        Grant next = claim.grant().withIdpRefreshToken(idpRefreshToken);
        GrantKeys keys = new GrantKeys(next.id());
        List<String> arguments = List.of(claim.lease(), sealed.seal(keys.grant(), next.toJson()));
        return redis.insist(config.refresh().lease(), RETAIN, List.of(keys.grant()), arguments)
                .mapEmpty();
    }

    /** Lets others have a try, as soon as Redis is there to be told. */
    public Future<Void> release(Claim.Leased claim) {
        List<String> key = List.of(new GrantKeys(claim.grant().id()).grant());
        return redis.insist(config.refresh().lease(), RELEASE, key, List.of(claim.lease()))
                .mapEmpty();
    }

    /**
     * Ends the grant and whatever was issued from it. The access tokens go first: whoever is interrupted in between still finds the grant, and
     * can try again.
     */
    Future<Void> revoke(String grantId) {
        GrantKeys keys = new GrantKeys(grantId);
        return revoked.add(grantId)
                .compose(told -> redis.run(REVOKE, List.of(keys.grant(), keys.code()), List.of()))
                .mapEmpty();
    }

    /** How long a grant may go on unused: the sliding lifetime, within its absolute end. */
    public Duration remaining(Grant grant) {
        Duration rest = Duration.between(clock.instant(), grant.end());
        Duration sliding = config.refresh().lifetime();
        return rest.compareTo(sliding) < 0
                ? rest.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : rest
                : sliding;
    }

    static String freshUntil(Grant grant) {
        Instant until = grant.user().expiresAt().minus(LEAST_LIFE);
        return String.valueOf(until.toEpochMilli());
    }

    private Optional<Grant> open(String grantId, String data) {
        return sealed.open(new GrantKeys(grantId).grant(), data)
                .map(json -> Grant.fromJson(grantId, json))
                // Its record lasts a moment longer, and each refresh would lengthen that.
                .filter(grant -> clock.instant().isBefore(grant.end()));
    }

    private static String millis(Duration duration) {
        return String.valueOf(duration.toMillis());
    }
}
