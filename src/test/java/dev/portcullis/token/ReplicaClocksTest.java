package dev.portcullis.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.KeyRing;
import dev.portcullis.crypto.RandomTokens;
import dev.portcullis.crypto.TokenEncryption;
import dev.portcullis.idp.IdentityProvider;
import dev.portcullis.idp.IdpAccessToken;
import dev.portcullis.idp.IdpTokens;
import dev.portcullis.outage.Outage;
import dev.portcullis.testkit.BareConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A token that one replica issued, at another whose clock is not quite the same. */
class ReplicaClocksTest {
    private static final String RESOURCE = "http://localhost:7000/demo/mcp";
    private static final InstantSource HERE = InstantSource.system();

    private final Vertx vertx = Vertx.vertx();
    private final KeyRing keys = KeyRing.generate(HERE);
    private final TokenEncryption encryption = new TokenEncryption(keys);
    private final GatewayConfig config = config();

    @AfterEach
    void stop() {
        join(vertx.close());
    }

    @ParameterizedTest
    @ValueSource(longs = {-25, -2, 0, 2, 25})
    @DisplayName("RS-11: is good as long as the clocks differ by less than tokens.clockSkew")
    void withinTheTolerance(long secondsAhead) {
        assertThat(verify(issuedAt(secondsAhead, Duration.ofMinutes(30))).grantId())
                .isEqualTo("grant");
    }

    @Test
    @DisplayName("RS-11: is refused beyond it")
    void beyondTheTolerance() {
        assertThatThrownBy(() -> verify(issuedAt(120, Duration.ofMinutes(30))))
                .hasRootCauseInstanceOf(TokenRefused.class);
    }

    @Test
    @DisplayName("AS-34, RS-11: the tolerance lengthens no token's life")
    void expiryHasNoTolerance() {
        assertThatThrownBy(() -> verify(issuedAt(-25, Duration.ofSeconds(20))))
                .hasRootCauseInstanceOf(TokenRefused.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, -20})
    @DisplayName(
            "AS-28, AS-30: a token that would be over from the start is not issued; that is trouble, and nobody's fault")
    void nothingThatIsOver(long seconds) {
        assertThatThrownBy(() -> issuedAt(0, Duration.ofSeconds(seconds))).isInstanceOf(Outage.class);
    }

    private String issuedAt(long secondsAhead, Duration life) {
        InstantSource there = () -> HERE.instant().plusSeconds(secondsAhead);
        IdpAccessToken user =
                new IdpAccessToken("sub", "maria", List.of(), there.instant().plus(life));
        return new AccessTokenIssuer(config, keys, encryption, new RandomTokens(new SecureRandom()), there)
                .issue(new AccessTokenIssuer.Subject(
                        "grant", "client", RESOURCE, List.of(), "idp", user, Optional.empty()))
                .token();
    }

    private VerifiedToken verify(String token) {
        VerifiedTokens verified = new VerifiedTokens(100, keys, HERE);
        Revocations revocations = new Revocations(config.revocation(), HERE);
        AccessTokenVerifier verifier = new AccessTokenVerifier(
                vertx,
                config,
                keys,
                encryption,
                verified,
                revocations,
                new DeniedClients(Set.of()),
                new Anybody(),
                HERE);
        return join(verifier.verify(token, RESOURCE));
    }

    /** A provider to whom every token is good. */
    private static final class Anybody implements IdentityProvider {
        @Override
        public String authorizationUrl(AuthorizationQuery query) {
            return "";
        }

        @Override
        public Future<IdpTokens> exchange(String code, String codeVerifier, String nonce) {
            return Future.failedFuture("not asked here");
        }

        @Override
        public Future<IdpTokens> refresh(String refreshToken, Duration patience) {
            return Future.failedFuture("not asked here");
        }

        @Override
        public Future<Void> revoke(String refreshToken) {
            return Future.succeededFuture();
        }

        @Override
        public Future<IdpAccessToken> verify(String accessToken) {
            Instant later = HERE.instant().plusSeconds(3600);
            return Future.succeededFuture(new IdpAccessToken("sub", "maria", List.of(), later));
        }
    }

    private static GatewayConfig config() {
        return BareConfig.with(new JsonObject());
    }

    private static <T> T join(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }
}
