package dev.portcullis.oauth.grant;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.Digests;
import dev.portcullis.crypto.RandomTokens;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.RedirectUri;
import dev.portcullis.oauth.ResourceIndicator;
import dev.portcullis.redis.RedisLink;
import dev.portcullis.redis.Script;
import dev.portcullis.redis.SealedJson;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Authorization codes (OAuth 2.1 §4.1.2, §4.1.3): short-lived, bound to client, redirect URI and code challenge, redeemed once. Redeeming and
 * bringing the grant to life is one atomic step; a spent code is remembered, so that its replay is told from a code that never was.
 */
public final class AuthorizationCodes {
    private static final Script OPEN = Script.of(AuthorizationCodes.class, "open");
    private static final Script REDEEM = Script.of(AuthorizationCodes.class, "redeem");

    private final GatewayConfig config;
    private final RedisLink redis;
    private final SealedJson sealed;
    private final UserGrants userGrants;
    private final RandomTokens random;

    public AuthorizationCodes(
            GatewayConfig config, RedisLink redis, SealedJson sealed, UserGrants userGrants, RandomTokens random) {
        this.config = config;
        this.redis = redis;
        this.sealed = sealed;
        this.userGrants = userGrants;
        this.random = random;
    }

    /** What a code is bound to besides its grant; stored as digests. */
    public record Binding(String clientId, RedirectUri redirectUri, String resource, String codeChallenge) {}

    /**
     * What the client brings.
     *
     * @param redirectUri compared where it is sent; OAuth 2.1 clients leave it out (§10.2)
     * @param codeChallenge computed from the verifier
     * @param resources each must be the one that was granted (RFC 8707 §2.2)
     */
    public record Proof(String clientId, Optional<String> redirectUri, String codeChallenge, List<String> resources) {}

    /** What came of a redemption. */
    public sealed interface Redemption {
        record Redeemed(Grant grant) implements Redemption {}

        /** The code was good once: whoever shows it now holds everything it was bound to. */
        record Replayed(String grantId) implements Redemption {}

        /** The code is good, but not with what the client brought along. It stays unspent. */
        record Mismatch(OAuthError error) implements Redemption {}

        record Unknown() implements Redemption {}
    }

    /** Opens a grant that lives as long as its code unless the code is redeemed; answers the code. */
    public Future<String> issue(Grant grant, Binding binding) {
        AuthorizationCode code = AuthorizationCode.issue(grant.id(), random);
        GrantKeys keys = new GrantKeys(grant.id());
        List<String> arguments = List.of(
                String.valueOf(config.login().codeTtl().toMillis()),
                "code",
                code.digest(),
                "client",
                Digests.sha256(binding.clientId()),
                "redirectUri",
                Digests.sha256(binding.redirectUri().value()),
                "resource",
                Digests.sha256(binding.resource()),
                "challenge",
                Digests.sha256(binding.codeChallenge()),
                "--",
                "gen",
                "0",
                "data",
                sealed.seal(keys.grant(), grant.toJson()),
                "freshUntil",
                Grants.freshUntil(grant));
        return userGrants
                .add(grant)
                .compose(named -> redis.run(OPEN, List.of(keys.code(), keys.grant()), arguments)
                        .onSuccess(opened -> userGrants.bound(grant, named)))
                .map(code.value());
    }

    /** @param lifetime of the grant, from now, unless it is used again */
    public Future<Redemption> redeem(String value, Proof proof, Duration lifetime) {
        Optional<AuthorizationCode> code = AuthorizationCode.decode(value);
        if (code.isEmpty()) {
            return Future.succeededFuture(new Redemption.Unknown());
        }
        GrantKeys keys = new GrantKeys(code.get().grantId());
        List<String> arguments = new ArrayList<>(List.of(
                String.valueOf(config.login().spentCodeTtl().toMillis()),
                String.valueOf(lifetime.toMillis()),
                "code",
                code.get().digest(),
                "client",
                Digests.sha256(proof.clientId())));
        proof.redirectUri().ifPresent(uri -> arguments.addAll(List.of("redirectUri", Digests.sha256(uri))));
        for (String resource : proof.resources()) {
            String canonical = ResourceIndicator.parse(resource)
                    .map(ResourceIndicator::value)
                    .orElse("");
            arguments.addAll(List.of("resource", Digests.sha256(canonical)));
        }
        arguments.addAll(List.of("challenge", Digests.sha256(proof.codeChallenge())));
        // A Redis that stands still would spend the code when it goes on, and the client's next try would look like a
        // replay. What it loses is the look.
        return redis.field(keys.code(), "code")
                .compose(there -> redis.run(REDEEM, List.of(keys.code(), keys.grant()), arguments))
                .map(reply -> redemption(code.get().grantId(), keys, reply));
    }

    private Redemption redemption(String grantId, GrantKeys keys, List<String> reply) {
        switch (reply.get(0)) {
            case "redeemed":
                return sealed.open(keys.grant(), reply.get(1))
                        .<Redemption>map(json -> new Redemption.Redeemed(Grant.fromJson(grantId, json)))
                        .orElseGet(Redemption.Unknown::new);
            case "replayed":
                return new Redemption.Replayed(grantId);
            case "mismatch":
                return mismatch(reply.get(1));
            default:
                return new Redemption.Unknown();
        }
    }

    private static Redemption mismatch(String binding) {
        switch (binding) {
            case "client":
                return new Redemption.Mismatch(
                        OAuthError.invalidGrant("the authorization code was issued to another client"));
            case "redirectUri":
                return new Redemption.Mismatch(
                        OAuthError.invalidGrant("redirect_uri is not the one of the authorization request"));
            case "resource":
                return new Redemption.Mismatch(
                        new OAuthError(OAuthError.Code.INVALID_TARGET, "resource is not the one that was granted"));
            case "challenge":
                return new Redemption.Mismatch(
                        OAuthError.invalidGrant("code_verifier does not match the code_challenge"));
            default:
                return new Redemption.Unknown();
        }
    }
}
