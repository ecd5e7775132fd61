package dev.portcullis.token;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.KeyRing;
import dev.portcullis.crypto.RandomTokens;
import dev.portcullis.crypto.TokenEncryption;
import dev.portcullis.idp.IdpAccessToken;
import dev.portcullis.outage.Outage;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Optional;

/**
 * Mints access tokens: RFC 9068 JWTs with the Cognito token inside, encrypted unless the operator wants it readable. A token never outlives
 * the Cognito token it carries.
 */
public final class AccessTokenIssuer {
    static final JOSEObjectType TYPE = new JOSEObjectType("at+jwt");
    static final String IDP_TOKEN = "cognito_token";
    static final String IDENTITY = "identity";
    static final String GRANT = "grant";
    // Room in a request's headers for everything that is not the token.
    private static final int OTHER_HEADERS = 4096;

    private final GatewayConfig config;
    private final KeyRing keys;
    private final TokenEncryption encryption;
    private final RandomTokens random;
    private final InstantSource clock;

    public AccessTokenIssuer(
            GatewayConfig config, KeyRing keys, TokenEncryption encryption, RandomTokens random, InstantSource clock) {
        this.config = config;
        this.keys = keys;
        this.encryption = encryption;
        this.random = random;
        this.clock = clock;
    }

    /**
     * What a token is to say.
     *
     * @param resource its one audience
     * @param idpToken the Cognito access token
     */
    public record Subject(
            String grantId,
            String clientId,
            String resource,
            List<String> scopes,
            String idpToken,
            IdpAccessToken user,
            Optional<String> email) {}

    /** @param expiresIn whole seconds are what a token response can say */
    public record Issued(String token, Duration expiresIn) {
        @Override
        public String toString() {
            return "Issued[for " + expiresIn + "]";
        }
    }

    /** How long a token made now from a Cognito token that ends then would live. */
    private Duration lifetime(Instant idpExpiry) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Duration rest = Duration.between(now, idpExpiry.truncatedTo(ChronoUnit.SECONDS));
        return rest.compareTo(config.tokens().accessTokenTtl()) < 0
                ? rest
                : config.tokens().accessTokenTtl();
    }

    /** Whether a token made now from a Cognito token that ends then would be over from the start. */
    public boolean isOver(Instant idpExpiry) {
        return isTooShort(lifetime(idpExpiry));
    }

    private static boolean isTooShort(Duration lifetime) {
        return lifetime.compareTo(Duration.ofSeconds(1)) < 0;
    }

    /** Throws {@link TokenTooLong}; and {@link Outage} where the Cognito token is over, so that ours would be from the start. */
    public Issued issue(Subject subject) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Duration lifetime = lifetime(subject.user().expiresAt());
        if (isTooShort(lifetime)) {
            throw new Outage("cognito", "its token is over by the clock of this machine");
        }
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(config.publicUrl())
                .subject(
                        config.tokens().subject() == GatewayConfig.Subject.USER
                                ? subject.user().subject()
                                : subject.clientId())
                .audience(subject.resource())
                .claim("client_id", subject.clientId())
                .claim("scope", String.join(" ", subject.scopes()))
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(lifetime)))
                .jwtID(random.next(16))
                .claim(GRANT, subject.grantId())
                .claim(IDP_TOKEN, embedded(subject.idpToken()));
        subject.email()
                .ifPresent(email -> claims.claim(
                        IDENTITY,
                        encryption.encrypt(new JsonObject().put("email", email).encode())));
        String token = Signatures.sign(claims.build(), TYPE, keys.signingKey());
        int room = config.http().maxHeaderBytes() - OTHER_HEADERS;
        if (token.length() > room) {
            throw new TokenTooLong(token.length(), room);
        }
        return new Issued(token, lifetime);
    }

    private String embedded(String idpToken) {
        return config.tokens().cognitoToken() == GatewayConfig.CognitoToken.PLAIN
                ? idpToken
                : encryption.encrypt(idpToken);
    }
}
