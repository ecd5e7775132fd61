package dev.portcullis.idp.cognito;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.portcullis.config.Cognito;
import dev.portcullis.idp.IdpAccessToken;
import dev.portcullis.idp.IdpRefused;
import io.vertx.core.Future;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks tokens of the user pool as Amazon asks (Cognito developer guide, "Verifying JSON web tokens"): all app clients of a pool share its
 * keys and issuer, so {@code client_id} or {@code aud} and {@code token_use} are what tells our tokens from theirs.
 */
final class CognitoTokenVerifier {
    private static final Logger LOG = LoggerFactory.getLogger(CognitoTokenVerifier.class);

    private final Cognito config;
    private final Duration clockSkew;
    private final CognitoKeys keys;
    private final InstantSource clock;

    CognitoTokenVerifier(Cognito config, Duration clockSkew, CognitoKeys keys, InstantSource clock) {
        this.config = config;
        this.clockSkew = clockSkew;
        this.keys = keys;
        this.clock = clock;
    }

    /** @param fresh whether Cognito has given it just now, and not a client that may have had it for long */
    Future<IdpAccessToken> accessToken(String token, boolean fresh) {
        return claims(token, "access", fresh).map(claims -> {
            require(
                    claims,
                    config.clientId().equals(text(claims, "client_id").orElse("")),
                    "client_id is another app client");
            // No audience unless resource binding is used, which we never ask for.
            require(
                    claims,
                    claims.getAudience().stream().allMatch(config.clientId()::equals),
                    "aud is not this app client");
            return new IdpAccessToken(
                    subject(claims),
                    text(claims, "username").orElse(claims.getSubject()),
                    groups(claims),
                    claims.getExpirationTime().toInstant());
        });
    }

    /** @param nonce as sent to the authorize endpoint; empty at a refresh, where Cognito repeats none of its own accord */
    Future<JWTClaimsSet> idToken(String token, Optional<String> nonce) {
        return claims(token, "id", true).map(claims -> {
            require(claims, claims.getAudience().equals(List.of(config.clientId())), "aud is not this app client");
            require(
                    claims,
                    nonce.isEmpty() || nonce.equals(text(claims, "nonce")),
                    "nonce is not the one that was sent");
            subject(claims);
            return claims;
        });
    }

    private Future<JWTClaimsSet> claims(String token, String use, boolean fresh) {
        SignedJWT jwt;
        try {
            jwt = SignedJWT.parse(token);
        } catch (ParseException e) {
            return Future.failedFuture(new IdpRefused("not a signed JWT"));
        }
        if (!JWSAlgorithm.RS256.equals(jwt.getHeader().getAlgorithm())
                || jwt.getHeader().getKeyID() == null) {
            return Future.failedFuture(new IdpRefused("not signed with RS256 under a key id"));
        }
        return keys.find(jwt.getHeader().getKeyID(), fresh)
                .map(key -> verified(
                        jwt, key.orElseThrow(() -> new IdpRefused("signed with a key the pool does not have")), use));
    }

    private JWTClaimsSet verified(SignedJWT jwt, RSAKey key, String use) {
        try {
            require(jwt.verify(new RSASSAVerifier(key)), "the signature is wrong");
            JWTClaimsSet claims = jwt.getJWTClaimsSet();
            check(claims, use);
            return claims;
        } catch (JOSEException | ParseException e) {
            throw new IdpRefused("the token cannot be read");
        }
    }

    private void check(JWTClaimsSet claims, String use) {
        require(claims, config.isIssuer(text(claims, "iss").orElse("")), "iss is another issuer");
        require(claims, use.equals(text(claims, "token_use").orElse("")), "token_use is not " + use);
        Instant now = clock.instant();
        Date expiry = claims.getExpirationTime();
        require(claims, expiry != null, "no exp");
        Duration late = Duration.between(expiry.toInstant(), now);
        require(
                claims,
                late.compareTo(clockSkew) < 0,
                "expired " + late.toSeconds() + " s ago by the clock of this machine");
        Date issued = claims.getIssueTime();
        Duration early = issued == null ? Duration.ZERO : Duration.between(now, issued.toInstant());
        require(
                claims,
                early.compareTo(clockSkew) <= 0,
                "issued " + early.toSeconds() + " s in the future by the clock of this machine");
    }

    private static String subject(JWTClaimsSet claims) {
        String subject = claims.getSubject();
        if (subject == null || subject.isEmpty()) {
            throw new IdpRefused("no sub");
        }
        return subject;
    }

    private static Optional<String> text(JWTClaimsSet claims, String name) {
        return claims.getClaim(name) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    private static List<String> groups(JWTClaimsSet claims) {
        return claims.getClaim("cognito:groups") instanceof List<?> list
                ? list.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .toList()
                : List.of();
    }

    /** For a token of the pool: its ids are what its owner and Amazon can look for, and no secret. */
    private static void require(JWTClaimsSet claims, boolean holds, String otherwise) {
        if (!holds) {
            LOG.atDebug()
                    .addKeyValue("reason", otherwise)
                    .addKeyValue("jti", text(claims, "jti").orElse("-"))
                    .addKeyValue("originJti", text(claims, "origin_jti").orElse("-"))
                    .log("a token of the pool is refused");
        }
        require(holds, otherwise);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IdpRefused(otherwise);
        }
    }
}
