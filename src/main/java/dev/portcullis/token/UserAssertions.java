package dev.portcullis.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.KeyRing;
import dev.portcullis.crypto.RandomTokens;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Date;

/**
 * Tells upstreams who calls: JWTs (RFC 7519) for one upstream each, good for {@link #LIFETIME} and verifiable with nothing but the key set that
 * the gateway publishes. To sign one costs a millisecond, so the calls with one access token share one for half of its life.
 */
public final class UserAssertions {
    public static final Duration LIFETIME = Duration.ofSeconds(60);
    private static final Duration SHARED = LIFETIME.dividedBy(2);

    private final String issuer;
    private final KeyRing keys;
    private final RandomTokens random;
    private final InstantSource clock;
    // An access token is for one resource, so its assertion is for one upstream. Weak keys are compared by identity:
    // what the cache of verified
    // tokens hands out again and again is the same object.
    private final Cache<VerifiedToken, Minted> minted;

    private record Minted(String assertion, String keyId, Instant sharedUntil) {}

    public UserAssertions(GatewayConfig config, KeyRing keys, RandomTokens random, InstantSource clock) {
        this.issuer = config.publicUrl();
        this.keys = keys;
        this.random = random;
        this.clock = clock;
        this.minted = Caffeine.newBuilder()
                .weakKeys()
                .maximumSize(config.tokens().cacheSize())
                .build();
    }

    /** An assertion about the user of this token, with at least half a minute to go. */
    public String about(VerifiedToken token, String audience) {
        Instant now = clock.instant();
        RSAKey key = keys.signingKey();
        Minted known = minted.getIfPresent(token);
        // A key that is not the one to sign with any more may be distrusted.
        if (known != null && now.isBefore(known.sharedUntil()) && known.keyId().equals(key.getKeyID())) {
            return known.assertion();
        }
        Minted fresh = new Minted(mint(token, audience, key, now), key.getKeyID(), now.plus(SHARED));
        minted.put(token, fresh);
        return fresh.assertion();
    }

    private String mint(VerifiedToken token, String audience, RSAKey key, Instant now) {
        Instant issued = now.truncatedTo(ChronoUnit.SECONDS);
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(issuer)
                .subject(token.user().subject())
                .audience(audience)
                .issueTime(Date.from(issued))
                .expirationTime(Date.from(issued.plus(LIFETIME)))
                .jwtID(random.next(16))
                .claim("client_id", token.clientId())
                .claim("scope", String.join(" ", token.scopes()))
                .claim("preferred_username", token.user().username())
                .claim("groups", token.user().groups());
        token.email().ifPresent(email -> claims.claim("email", email));
        // JWT and nothing more special: many verifiers know no other. Our own accept only at+jwt for access tokens.
        return Signatures.sign(claims.build(), JOSEObjectType.JWT, key);
    }
}
