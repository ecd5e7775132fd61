package dev.portcullis.idp.cognito;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.portcullis.config.ConfigException;
import dev.portcullis.config.ConfigReader;
import dev.portcullis.config.Problem;
import dev.portcullis.dev.cognito.Call;
import dev.portcullis.dev.cognito.CognitoPool;
import dev.portcullis.dev.cognito.CognitoSimulator;
import dev.portcullis.dev.cognito.Fault;
import dev.portcullis.dev.cognito.Faults;
import dev.portcullis.dev.cognito.TokenFlaw;
import dev.portcullis.idp.IdentityProvider;
import dev.portcullis.idp.IdpAccessToken;
import dev.portcullis.idp.IdpRefused;
import dev.portcullis.outage.Outage;
import dev.portcullis.testkit.DocumentHost;
import dev.portcullis.testkit.LogCapture;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Tokens of the pool, and its keys when they change, are asked for in a storm, or cannot be had. */
class CognitoKeysTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final String USER = "ada";

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private volatile Duration later = Duration.ZERO;
    private CognitoSimulator cognito;
    private CognitoIdentityProvider provider;

    @BeforeEach
    void start() {
        cognito = result(
                CognitoSimulator.start(vertx, CognitoPool.demo("http://localhost:1/callback", USER, "secret-1")));
        provider = provider("10s");
    }

    @AfterEach
    void stop() {
        result(vertx.close());
    }

    private CognitoIdentityProvider provider(String cooldown, Object... more) {
        JsonObject section = new JsonObject()
                .put("issuer", cognito.pool().issuer())
                .put("jwksUri", cognito.jwksUri())
                .put("domain", cognito.domain())
                .put("clientId", cognito.pool().client().id())
                .put("timeout", "500ms")
                .put("jwksCooldown", cooldown);
        for (int i = 0; i < more.length; i += 2) {
            section.put(String.valueOf(more[i]), more[i + 1]);
        }
        String yaml = new JsonObject()
                .put("publicUrl", "http://localhost:1")
                .put("cognito", section)
                .put("redis", new JsonObject().put("url", "redis://localhost:1"))
                .put("keys", new JsonObject().put("directory", "none"))
                .put("upstreams", new JsonObject().put("demo", new JsonObject().put("url", "http://localhost:1/mcp")))
                .encode();
        var config = new ConfigReader(Map.of()).read("a test's configuration", yaml, Path.of(""));
        return new CognitoIdentityProvider(vertx, config, () -> Instant.now().plus(later));
    }

    @Test
    @DisplayName(
            "IDP-10: a storm of unknown key ids makes at most one fetch a cool-down; tokens of known keys do not notice")
    void aStormOfUnknownKeyIds() {
        String good = token(TokenFlaw.NONE);
        String unknown = token(TokenFlaw.UNKNOWN_KID);
        result(onLoop(provider::start));
        assertThat(cognito.calls().jwksFetches()).isEqualTo(1);
        for (int coolDown = 1; coolDown <= 3; coolDown++) {
            later = Duration.ofSeconds(11L * coolDown);
            // The fetch that they cause does not come to an end while they all ask.
            cognito.faults().on(Call.JWKS, new Fault.Slow(Duration.ofMillis(200)), 1);
            List<Future<IdpAccessToken>> storm =
                    IntStream.range(0, 300).mapToObj(i -> verify(unknown)).toList();
            assertThat(result(verify(good)).username()).isEqualTo(USER);
            storm.forEach(answer -> assertThat(failure(answer)).isInstanceOf(IdpRefused.class));
            assertThat(failure(verify(unknown))).isInstanceOf(IdpRefused.class);
            assertThat(cognito.calls().jwksFetches()).isEqualTo(1 + coolDown);
        }
    }

    @Test
    @DisplayName(
            "IDP-10, AS-30: so does a storm of different ones; those that could not be asked for are trouble, no refusal")
    void aStormOfDifferentUnknownKeyIds() throws Exception {
        String good = token(TokenFlaw.NONE);
        result(onLoop(provider::start));
        RSAKey key = new RSAKeyGenerator(2048).generate();
        for (int coolDown = 1; coolDown <= 2; coolDown++) {
            later = Duration.ofSeconds(11L * coolDown);
            String first = signed(key, "first of " + coolDown);
            assertThat(failure(verify(first))).isInstanceOf(IdpRefused.class);
            for (int i = 0; i < 50; i++) {
                Throwable failure = failure(verify(signed(key, coolDown + "-" + i)));
                assertThat(failure)
                        .isInstanceOfSatisfying(
                                Outage.class,
                                outage -> assertThat(outage.retryAfter())
                                        .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(11)));
                assertThat(result(verify(good)).username()).isEqualTo(USER);
                later = later.plusMillis(100);
            }
            assertThat(failure(verify(first))).isInstanceOf(IdpRefused.class);
            assertThat(cognito.calls().jwksFetches()).isEqualTo(1 + coolDown);
        }
    }

    private static String signed(RSAKey key, String keyId) throws Exception {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(keyId).build(),
                new JWTClaimsSet.Builder().subject("a1b2").build());
        jwt.sign(new RSASSASigner(key));
        return jwt.serialize();
    }

    @Test
    @DisplayName(
            "IDP-10: keys rotate mid-flight: the new one is found at once, the old one is good until it is withdrawn")
    void keysRotateMidFlight() {
        String old = token(TokenFlaw.NONE);
        result(onLoop(provider::start));
        later = Duration.ofSeconds(11);
        result(cognito.addKeys());
        cognito.signWithNewKeys();
        String fresh = token(TokenFlaw.NONE);
        List<Future<IdpAccessToken>> mixed = IntStream.range(0, 50)
                .mapToObj(i -> verify(i % 2 == 0 ? fresh : old))
                .toList();
        mixed.forEach(CognitoKeysTest::result);
        assertThat(cognito.calls().jwksFetches()).isEqualTo(2);

        cognito.removeOldKeys();
        later = Duration.ofSeconds(22);
        result(onLoop(provider::start));
        assertThat(failure(verify(old))).isInstanceOf(IdpRefused.class);
        result(verify(fresh));
    }

    static Stream<Fault> faults() {
        return Stream.of(
                Fault.serverError(),
                Fault.html(200),
                Fault.noKeys(),
                new Fault.Half(),
                new Fault.Lost(),
                new Fault.Silent(),
                new Fault.Answer(200, "application/json", "[]"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    @DisplayName(
            "AS-30: while the keys cannot be fetched those that are known stay good, and an unknown one is trouble, no refusal")
    void knownKeysStayGood(Fault fault) {
        String old = token(TokenFlaw.NONE);
        result(onLoop(provider::start));
        result(cognito.addKeys());
        cognito.signWithNewKeys();
        String fresh = token(TokenFlaw.NONE);
        cognito.faults().on(Call.JWKS, fault);
        later = Duration.ofSeconds(11);
        assertThat(failure(verify(fresh))).isInstanceOf(Outage.class);
        // Also while it is too early to ask again.
        assertThat(failure(verify(fresh))).isInstanceOf(Outage.class);
        assertThat(cognito.calls().jwksFetches()).isEqualTo(2);
        result(verify(old));

        cognito.faults().clear();
        later = Duration.ofSeconds(22);
        result(verify(fresh));
        result(verify(old));
    }

    @Test
    @DisplayName(
            "AS-30: without keys at the start every token is trouble, and they are fetched without anybody asking for them")
    void withoutKeysAtTheStart() {
        cognito.faults().on(Call.JWKS, Fault.serverError());
        CognitoIdentityProvider late = provider("100ms");
        assertThat(failure(onLoop(late::start))).isInstanceOf(Outage.class);
        assertThat(late.hasKeys()).isFalse();
        assertThat(late.keysAge()).isEmpty();
        String token = token(TokenFlaw.NONE);
        assertThat(failure(onLoop(() -> late.verify(token)))).isInstanceOf(Outage.class);
        cognito.faults().clear();
        await().atMost(PATIENCE).until(late::hasKeys);
        result(onLoop(() -> late.verify(token)));
    }

    @Test
    @DisplayName(
            "IDP-10: tokens in the name of the pool's original issuer and of its updated one: only the configured one passes")
    void onlyTheConfiguredIssuer() {
        String original = token(TokenFlaw.NONE);
        cognito.faults().issuer(Faults.IssuerType.UPDATED);
        String updated = token(TokenFlaw.NONE);
        CognitoIdentityProvider migrated = provider("10s", "issuer", cognito.issuer() + "/");
        result(verify(original));
        assertThat(failure(verify(updated))).isInstanceOf(IdpRefused.class);
        result(onLoop(() -> migrated.verify(updated)));
        assertThat(failure(onLoop(() -> migrated.verify(original)))).isInstanceOf(IdpRefused.class);
        CognitoIdentityProvider both = provider("10s", "alsoIssuer", cognito.issuer());
        result(onLoop(() -> both.verify(original)));
        result(onLoop(() -> both.verify(updated)));
    }

    @ParameterizedTest
    @EnumSource(value = TokenFlaw.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    @DisplayName(
            "IDP-10, RS-12: no access token with a flaw passes: of another kind, client, pool or key, or for another audience")
    void noFlawPasses(TokenFlaw flaw) {
        result(verify(token(TokenFlaw.NONE)));
        assertThat(failure(verify(token(flaw)))).isInstanceOf(IdpRefused.class);
    }

    static Stream<Arguments> audiences() {
        return Stream.of(
                Arguments.of("{}", true),
                Arguments.of("{\"aud\":\"CLIENT\"}", true),
                Arguments.of("{\"aud\":[\"CLIENT\"]}", true),
                Arguments.of("{\"aud\":[\"CLIENT\",\"https://mcp.example/mcp\"]}", false),
                Arguments.of("{\"aud\":\"https://mcp.example/mcp\"}", false),
                Arguments.of("{\"aud\":[\"other\"]}", false),
                Arguments.of("{\"aud\":\"\"}", false));
    }

    @Test
    @DisplayName(
            "IDP-10: at debug level a refusal names the token by its ids, so that it can be found at Amazon, and never shows it")
    void aRefusalNamesTheToken() throws Exception {
        String token = token(TokenFlaw.OTHER_CLIENT);
        Logger logger = (Logger) LoggerFactory.getLogger(CognitoTokenVerifier.class);
        Level before = logger.getLevel();
        logger.setLevel(Level.DEBUG);
        try (LogCapture log = LogCapture.of(CognitoTokenVerifier.class.getName())) {
            assertThat(failure(verify(token))).isInstanceOf(IdpRefused.class);
            JWTClaimsSet claims = SignedJWT.parse(token).getJWTClaimsSet();
            assertThat(log.lines(line -> claims.getJWTID().equals(line.getString("jti"))))
                    .singleElement()
                    .satisfies(
                            line -> assertThat(line.getString("originJti")).isEqualTo(claims.getClaim("origin_jti")));
            assertThat(log.text()).doesNotContain(token, token.substring(token.lastIndexOf('.') + 1));
        } finally {
            logger.setLevel(before);
        }
    }

    @ParameterizedTest
    @MethodSource("audiences")
    @DisplayName(
            "IDP-10: an access token without audience passes, as Cognito has them; one for anybody else than this app client does not")
    void onlyOurAudience(String audience, boolean passes) throws Exception {
        String clientId = cognito.pool().client().id();
        RSAKey key = new RSAKeyGenerator(2048).keyID("a+b/c=").generate();
        try (DocumentHost site = DocumentHost.start()) {
            site.serve("/jwks.json", new JsonObject(new JWKSet(key).toString(true)));
            CognitoIdentityProvider own = provider("10s", "jwksUri", site.url("/jwks.json"));
            Instant now = Instant.now();
            JsonObject claims = new JsonObject(audience.replace("CLIENT", clientId))
                    .put("iss", cognito.pool().issuer())
                    .put("sub", "a1b2")
                    .put("token_use", "access")
                    .put("client_id", clientId)
                    .put("iat", now.getEpochSecond())
                    .put("exp", now.plusSeconds(60).getEpochSecond());
            SignedJWT jwt = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("a+b/c=").build(),
                    JWTClaimsSet.parse(claims.getMap()));
            jwt.sign(new RSASSASigner(key));
            Future<IdpAccessToken> verified = onLoop(() -> own.verify(jwt.serialize()));
            if (passes) {
                assertThat(result(verified).subject()).isEqualTo("a1b2");
            } else {
                assertThat(failure(verified)).isInstanceOf(IdpRefused.class);
            }
        }
    }

    @Test
    @DisplayName(
            "AS-37: Cognito is asked for the configured scopes and no others, spaces as %20, scopes that are URLs and all")
    void scopesOfOurOwn() throws Exception {
        String scope = "https://api.example.com/v1/tools.read";
        CognitoIdentityProvider own = provider(
                "10s", "scopes", new JsonArray().add("openid").add("email").add(scope));
        String url = own.authorizationUrl(
                new IdentityProvider.AuthorizationQuery("state-1", "nonce-1", "c".repeat(43), Optional.empty()));
        assertThat(url)
                .contains("scope=openid%20email%20https%3A%2F%2Fapi.example.com%2Fv1%2Ftools.read&")
                .doesNotContain("phone", "offline_access", "resource=", "+");
        ConfigException refused = catchThrowableOfType(
                ConfigException.class,
                () -> provider(
                        "10s",
                        "scopes",
                        new JsonArray().add("openid").add("offline_access").add("aws.cognito.signin.user.admin")));
        assertThat(refused.problems().stream().map(Problem::path)).containsExactly("cognito.scopes", "cognito.scopes");
    }

    private String token(TokenFlaw flaw) {
        return result(cognito.mintAccessToken(USER, cognito.pool().client().id(), List.of("openid"), flaw));
    }

    private Future<IdpAccessToken> verify(String token) {
        return onLoop(() -> provider.verify(token));
    }

    private <T> Future<T> onLoop(Supplier<Future<T>> work) {
        Promise<T> done = Promise.promise();
        loop.runOnContext(now -> work.get().onComplete(done));
        return done.future();
    }

    private static Throwable failure(Future<?> future) {
        try {
            future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
            throw new AssertionError("it passed");
        } catch (ExecutionException e) {
            return Optional.ofNullable(e.getCause()).orElse(e);
        } catch (Exception e) {
            throw new AssertionError("no answer", e);
        }
    }

    private static <T> T result(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("no success", e);
        }
    }
}
