package dev.portcullis.oauth.client;

import static dev.portcullis.oauth.client.ClientAssertion.refused;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.Digests;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.redis.RedisLink;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code private_key_jwt} (RFC 7523 §3, OpenID Connect Core §9): the assertion is the client's own, for us, for now, and was not seen before.
 * Which assertions were seen is remembered in Redis; without it none can be accepted.
 */
public final class ClientAssertionVerifier {
    private static final int MAX_JTI = 256;

    private final Optional<ClientMetadataDocuments> documents;
    private final ClientKeySets keySets;
    private final RedisLink redis;
    private final Set<String> audiences;
    private final Duration maxLifetime;
    private final Duration skew;
    private final InstantSource clock;

    /** @param documents none where they are switched off */
    public ClientAssertionVerifier(
            GatewayConfig config,
            Optional<ClientMetadataDocuments> documents,
            DocumentFetcher fetcher,
            RedisLink redis,
            InstantSource clock) {
        this.documents = documents;
        this.keySets = new ClientKeySets(config.clientDocuments(), fetcher, clock);
        this.redis = redis;
        this.audiences = Set.of(config.publicUrl(), config.publicUrl() + "/token");
        this.maxLifetime = config.clientDocuments().maxAssertionLifetime();
        this.skew = config.tokens().clockSkew();
        this.clock = clock;
    }

    /**
     * Fails with {@link dev.portcullis.oauth.OAuthError} {@code invalid_client}, with {@link ClientDocumentProblem} or with
     * {@link dev.portcullis.outage.Outage}.
     */
    Future<Client> verify(Client client, ClientAssertion assertion) {
        Instant now = clock.instant();
        Instant expiry = expiry(assertion.claims(), now);
        audience(assertion.claims());
        String jti = Optional.ofNullable(assertion.claims().getJWTID())
                .filter(id -> !id.isEmpty() && id.length() <= MAX_JTI)
                .orElseThrow(() -> refused("the client assertion needs a jti of at most " + MAX_JTI + " characters"));
        return keys(client, assertion.keyId()).compose(keys -> {
            if (!isSigned(assertion, keys)) {
                throw refused("the client assertion is not signed with a key of this client");
            }
            String key = "pc:jti:{" + Digests.sha256(client.id() + '\n' + jti) + "}";
            // Past its expiry plus the skew nobody would accept it anyway.
            Duration ttl = Duration.between(now, expiry).plus(skew).plusSeconds(1);
            return redis.putIfAbsent(key, "1", ttl).map(first -> {
                if (!first) {
                    throw refused("the client assertion was used before");
                }
                return client;
            });
        });
    }

    private Instant expiry(JWTClaimsSet claims, Instant now) {
        Date expiry = claims.getExpirationTime();
        if (expiry == null) {
            throw refused("the client assertion has no exp");
        }
        if (!expiry.toInstant().plus(skew).isAfter(now)) {
            throw refused("the client assertion has expired");
        }
        if (expiry.toInstant().isAfter(now.plus(maxLifetime).plus(skew))) {
            throw refused("the client assertion is good for more than " + maxLifetime.toSeconds() + " seconds");
        }
        for (Date start : new Date[] {claims.getNotBeforeTime(), claims.getIssueTime()}) {
            if (start != null && start.toInstant().isAfter(now.plus(skew))) {
                throw refused("the client assertion is not valid yet");
            }
        }
        return expiry.toInstant();
    }

    /** Ours and nobody else's: an assertion that another server accepts too could be one that the other server passed on. */
    private void audience(JWTClaimsSet claims) {
        List<String> audience = claims.getAudience();
        if (audience.isEmpty() || !audiences.containsAll(audience)) {
            throw refused("aud of the client assertion must be the issuer or the token endpoint of this server");
        }
    }

    private Future<List<JWK>> keys(Client client, Optional<String> keyId) {
        ClientKeys keys = client.keys().orElseThrow(() -> refused("this client has no keys"));
        if (keys instanceof ClientKeys.At at) {
            return keySets.find(at.url(), keyId);
        }
        List<JWK> listed = ((ClientKeys.Listed) keys).keys();
        boolean known =
                keyId.isEmpty() || listed.stream().anyMatch(key -> keyId.get().equals(key.getKeyID()));
        return known || client.documentHost().isEmpty() || documents.isEmpty()
                ? Future.succeededFuture(listed)
                : documents
                        .get()
                        .findAgain(client)
                        .map(again -> again.keys().orElse(keys) instanceof ClientKeys.Listed now ? now.keys() : listed);
    }

    private static boolean isSigned(ClientAssertion assertion, List<JWK> keys) {
        return keys.stream()
                .filter(key ->
                        assertion.keyId().isEmpty() || assertion.keyId().get().equals(key.getKeyID()))
                .filter(key -> AssertionAlgorithms.fits(key, assertion.algorithm()))
                .anyMatch(key -> AssertionAlgorithms.verify(assertion.jwt(), key));
    }
}
