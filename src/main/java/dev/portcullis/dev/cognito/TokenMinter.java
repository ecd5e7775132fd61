package dev.portcullis.dev.cognito;

import com.nimbusds.jwt.JWTClaimsSet;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.UUID;

/**
 * The claims of the pool's tokens (Cognito developer guide, using the access token / using the ID token). Signing takes about
 * a millisecond and happens on the event loop: there is one user and one purpose here.
 */
final class TokenMinter {
    private static final String JWE_HEADER = Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(
                    "{\"cty\":\"JWT\",\"enc\":\"A256GCM\",\"alg\":\"RSA-OAEP\"}".getBytes(StandardCharsets.US_ASCII));

    private final CognitoPool pool;
    private final TokenSigner signer;
    private final SimulatorClock clock;
    private final Faults faults;
    private final SecureRandom random = new SecureRandom();
    private final Issuer issuer;

    TokenMinter(CognitoPool pool, Issuer issuer, TokenSigner signer, SimulatorClock clock, Faults faults) {
        this.pool = pool;
        this.issuer = issuer;
        this.signer = signer;
        this.clock = clock;
        this.faults = faults;
    }

    String accessToken(SignIn signIn, PoolUser user, AppClient client, TokenFlaw flaw) {
        return flaw == TokenFlaw.OTHER_KIND
                ? signer.idToken(idClaims(signIn, user, client, TokenFlaw.NONE), TokenFlaw.NONE)
                : signer.accessToken(accessClaims(signIn, user, client, flaw), flaw);
    }

    String idToken(SignIn signIn, PoolUser user, AppClient client, TokenFlaw flaw) {
        return flaw == TokenFlaw.OTHER_KIND
                ? signer.accessToken(accessClaims(signIn, user, client, TokenFlaw.NONE), TokenFlaw.NONE)
                : signer.idToken(idClaims(signIn, user, client, flaw), flaw);
    }

    /** A machine's token: no user, no groups, and the client is the subject. */
    String clientCredentialsToken(AppClient client, List<String> scopes) {
        TokenFlaw flaw = faults.accessTokens();
        Instant now = clock.nowInSeconds();
        JWTClaimsSet.Builder claims = timed(now, now, client.accessTtl(), flaw)
                .subject(client.id())
                .claim("client_id", flaw == TokenFlaw.OTHER_CLIENT ? otherClient() : client.id())
                .claim("token_use", "access")
                .claim("version", 2)
                .claim("scope", String.join(" ", scopes));
        return signer.accessToken(claims.build(), flaw);
    }

    /** Opaque, but shaped and sized like Cognito's: five parts of a JWE, about 1.7 KB. */
    String refreshToken() {
        return String.join(".", JWE_HEADER, noise(256), noise(12), noise(940), noise(16));
    }

    private JWTClaimsSet accessClaims(SignIn signIn, PoolUser user, AppClient client, TokenFlaw flaw) {
        JWTClaimsSet.Builder claims = ofUser(signIn, user, client.accessTtl(), flaw)
                .claim("client_id", flaw == TokenFlaw.OTHER_CLIENT ? otherClient() : client.id())
                .claim("token_use", "access")
                .claim("version", 2)
                .claim("scope", String.join(" ", signIn.scopes()))
                .claim("username", user.username());
        signIn.resource().ifPresent(claims::audience);
        if (flaw == TokenFlaw.UNEXPECTED_AUDIENCE) {
            claims.audience("https://unexpected.example.com");
        }
        return claims.build();
    }

    private JWTClaimsSet idClaims(SignIn signIn, PoolUser user, AppClient client, TokenFlaw flaw) {
        JWTClaimsSet.Builder claims = ofUser(signIn, user, client.idTtl(), flaw)
                .audience(
                        flaw == TokenFlaw.OTHER_CLIENT || flaw == TokenFlaw.UNEXPECTED_AUDIENCE
                                ? otherClient()
                                : client.id())
                .claim("token_use", "id")
                .claim("cognito:username", user.username());
        signIn.nonce().ifPresent(nonce -> claims.claim("nonce", nonce));
        UserClaims.visible(user, client, signIn.scopes())
                .forEach((name, value) ->
                        claims.claim(name, name.endsWith("_verified") ? (Object) Boolean.parseBoolean(value) : value));
        return claims.build();
    }

    private JWTClaimsSet.Builder ofUser(SignIn signIn, PoolUser user, Duration ttl, TokenFlaw flaw) {
        JWTClaimsSet.Builder claims = timed(signIn.authTime(), clock.nowInSeconds(), ttl, flaw)
                .subject(user.sub())
                .claim("origin_jti", signIn.originJti())
                .claim("event_id", UUID.randomUUID().toString());
        List<String> groups = new ArrayList<>(user.groups());
        for (int i = 0; i < faults.oversizedGroups(); i++) {
            groups.add(String.format("department-of-everything-%05d", i));
        }
        if (!groups.isEmpty()) {
            claims.claim("cognito:groups", groups);
        }
        return claims;
    }

    private JWTClaimsSet.Builder timed(Instant authTime, Instant now, Duration ttl, TokenFlaw flaw) {
        Instant issuedAt = flaw == TokenFlaw.EXPIRED ? now.minus(ttl).minusSeconds(3600) : now;
        return new JWTClaimsSet.Builder()
                .issuer(
                        flaw == TokenFlaw.OTHER_POOL
                                ? issuer.current().replace(pool.poolId(), pool.poolId() + "2")
                                : issuer.current())
                .jwtID(UUID.randomUUID().toString())
                .claim("auth_time", authTime.getEpochSecond())
                .issueTime(Date.from(issuedAt))
                .expirationTime(Date.from(issuedAt.plus(ttl)));
    }

    /** Another client of the pool if it has one: its tokens are as good as ours in all but this. */
    private String otherClient() {
        return pool.clients().size() > 1 ? pool.clients().get(1).id() : "anotherclient0000000000000";
    }

    private String noise(int bytes) {
        byte[] noise = new byte[bytes];
        random.nextBytes(noise);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(noise);
    }
}
