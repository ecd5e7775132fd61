package dev.portcullis.token;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.KeyRing;
import dev.portcullis.crypto.TokenEncryption;
import dev.portcullis.idp.IdentityProvider;
import dev.portcullis.idp.IdpRefused;
import dev.portcullis.outage.Outage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Checks an access token before anything of its request is processed (RFC 9068 §4, MCP 2026-07-28 authorization "Token Handling"): our
 * signature and claims, then the Cognito token inside. A token seen before costs one look-up; its expiry and its
 * grant are looked at every time.
 */
public final class AccessTokenVerifier {
    // One in so many of those in the cache: its text takes two to five kilobytes more.
    private static final int CACHED_FOR_EACH_RECENT = 100;

    private final Vertx vertx;
    private final String issuer;
    private final int leewaySeconds;
    private final DeniedClients denied;
    private final KeyRing keys;
    private final VerifiedTokens verified;
    private final Revocations revocations;
    private final TokenEncryption encryption;
    private final IdentityProvider idp;
    private final InstantSource clock;
    private final RecentTokens recent;
    // Event-loop confined.
    private Optional<Signatures> signatures = Optional.empty();

    private record Signatures(JWTAuth check, long keysVersion) {}

    public AccessTokenVerifier(
            Vertx vertx,
            GatewayConfig config,
            KeyRing keys,
            TokenEncryption encryption,
            VerifiedTokens verified,
            Revocations revocations,
            DeniedClients denied,
            IdentityProvider idp,
            InstantSource clock) {
        this.vertx = vertx;
        this.issuer = config.publicUrl();
        // For iat: the clock of the replica that issued it may be ahead of ours. Expiry is looked at below, without
        // leeway.
        this.leewaySeconds = (int) config.tokens().clockSkew().toSeconds();
        this.denied = denied;
        this.keys = keys;
        this.verified = verified;
        this.revocations = revocations;
        this.encryption = encryption;
        this.idp = idp;
        this.clock = clock;
        this.recent = new RecentTokens(config.tokens().cacheSize() / CACHED_FOR_EACH_RECENT);
    }

    /**
     * Fails with {@link TokenRefused} for a token that is not good here, and with {@link Outage} where that cannot be known now.
     *
     * @param resource the identifier of the resource that is being called
     */
    public Future<VerifiedToken> verify(String token, String resource) {
        TokenDigest digest = recent.digest(token);
        Optional<VerifiedToken> known = verified.find(digest);
        if (known.isPresent()) {
            recent.keep(token, digest);
            return admit(known.get(), resource, digest);
        }
        long keysVersion = keys.version();
        return inspect(token).compose(fresh -> {
            verified.remember(digest, fresh, keysVersion);
            return admit(fresh, resource, digest);
        });
    }

    /** Whose token this is, for whatever resource; empty for one that this gateway did not sign, or that has expired. */
    public Future<Optional<TokenOwner>> owner(String token) {
        return claims(token)
                .map(claims -> Optional.of(
                        new TokenOwner(claims.getString(AccessTokenIssuer.GRANT), claims.getString("client_id"))))
                .otherwise(Optional.empty());
    }

    private Future<VerifiedToken> admit(VerifiedToken token, String resource, TokenDigest digest) {
        if (denied.isDenied(token.clientId())) {
            verified.forget(digest);
            return refused("the client was blocked");
        }
        if (revocations.isRevoked(token.grantId())) {
            verified.forget(digest);
            return refused("the sign-in behind the access token was ended");
        }
        if (revocations.refusesAll()) {
            return Future.failedFuture(new Outage("redis", "cannot know whether the grant was revoked"));
        }
        if (!token.expiresAt().isAfter(clock.instant())) {
            return refused("the access token has expired");
        }
        if (!token.resource().equals(resource)) {
            return refused("the access token is for another resource");
        }
        return Future.succeededFuture(token);
    }

    private Future<VerifiedToken> inspect(String token) {
        return claims(token).compose(claims -> openUp(claims, keyId(token).orElseThrow()));
    }

    private Future<JsonObject> claims(String token) {
        // A library without any key would take tokens without a signature.
        if (keyId(token).isEmpty() || keys.publicKeys().isEmpty()) {
            return refused("not an access token of this gateway");
        }
        return signatures()
                .authenticate(new TokenCredentials(token))
                // The library's words can quote the token.
                .recover(error -> refused("the access token is expired or not signed by this gateway"))
                .map(user -> user.attributes().getJsonObject("accessToken"));
    }

    /** Made anew when the keys have changed. */
    private JWTAuth signatures() {
        long version = keys.version();
        if (signatures.filter(made -> made.keysVersion() == version).isEmpty()) {
            JWTAuthOptions options = new JWTAuthOptions()
                    .setJwks(keys.publicKeys().getKeys().stream()
                            .map(key -> new JsonObject(key.toJSONObject()))
                            .toList())
                    .setJWTOptions(new JWTOptions().setIssuer(issuer).setLeeway(leewaySeconds));
            signatures = Optional.of(new Signatures(JWTAuth.create(vertx, options), version));
        }
        return signatures.orElseThrow().check();
    }

    private Future<VerifiedToken> openUp(JsonObject claims, String keyId) {
        String embedded = claims.getString(AccessTokenIssuer.IDP_TOKEN, "");
        Optional<String> idpToken = embedded.chars().filter(c -> c == '.').count() == 4
                ? encryption.decrypt(embedded)
                : Optional.of(embedded);
        if (idpToken.isEmpty()) {
            return refused("the access token was sealed with a key that is gone");
        }
        return idp.verify(idpToken.get())
                .recover(error -> error instanceof IdpRefused
                        ? refused("the sign-in behind the access token is not valid any more")
                        : Future.failedFuture(error))
                .map(user -> new VerifiedToken(
                        claims.getString(AccessTokenIssuer.GRANT),
                        claims.getString("client_id"),
                        audience(claims),
                        List.of(claims.getString("scope", "").split(" ")),
                        user,
                        email(claims),
                        idpToken.get(),
                        Instant.ofEpochSecond(claims.getLong("exp")),
                        keyIds(claims, keyId)));
    }

    private static Set<String> keyIds(JsonObject claims, String signingKey) {
        return Stream.concat(
                        Stream.of(signingKey),
                        Stream.of(AccessTokenIssuer.IDP_TOKEN, AccessTokenIssuer.IDENTITY)
                                .map(claim -> TokenEncryption.keyId(claims.getString(claim, "")))
                                .flatMap(Optional::stream))
                .collect(Collectors.toUnmodifiableSet());
    }

    private Optional<String> email(JsonObject claims) {
        return Optional.ofNullable(claims.getString(AccessTokenIssuer.IDENTITY))
                .flatMap(encryption::decrypt)
                .map(identity -> new JsonObject(identity).getString("email"));
    }

    private static String audience(JsonObject claims) {
        Object audience = claims.getValue("aud");
        return audience instanceof String text
                ? text
                : claims.getJsonArray("aud").getString(0);
    }

    /** RFC 8725 §3.1, §3.11: one algorithm and one type, whatever the token would like. Empty where it has others. */
    private static Optional<String> keyId(String token) {
        int dot = token.indexOf('.');
        if (dot < 0 || token.indexOf('.', dot + 1) < 0) {
            return Optional.empty();
        }
        try {
            byte[] header = Base64.getUrlDecoder().decode(token.substring(0, dot));
            return Json.decodeValue(new String(header, StandardCharsets.UTF_8)) instanceof JsonObject json
                            && "RS256".equals(json.getValue("alg"))
                            && AccessTokenIssuer.TYPE.getType().equals(json.getValue("typ"))
                            && json.getValue("kid") instanceof String keyId
                    ? Optional.of(keyId)
                    : Optional.empty();
        } catch (IllegalArgumentException | DecodeException e) {
            return Optional.empty();
        }
    }

    private static <T> Future<T> refused(String reason) {
        return Future.failedFuture(new TokenRefused(reason));
    }
}
