package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.portcullis.dev.redis.LocalRedis;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.DocumentHost;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code private_key_jwt} (RFC 7523, CR-14): clients with a document that authenticate with keys of their own. */
class ClientAssertionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final String TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private static World world;
    private static LocalRedis redis;
    private static DocumentHost site;
    private static RSAKey rsa;
    private static ECKey ec;
    private final Browser browser = new Browser();

    @BeforeAll
    static void start() throws Exception {
        rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
        ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
        site = DocumentHost.start();
        redis = LocalRedis.start(LocalRedis.Options.standard());
        world = World.start(configuration -> configuration
                .put("redis", new JsonObject().put("url", redis.url()))
                .put(
                        "clientDocuments",
                        new JsonObject()
                                .put("loopback", true)
                                .put("timeout", "700ms")
                                .put("keySetCooldown", "1s")
                                .put("maxAssertionLifetime", "5m")
                                .put("cache", new JsonObject().put("minTtl", "0s"))));
    }

    @AfterAll
    static void stop() {
        world.close();
        site.close();
        redis.close();
    }

    /** A client whose keys are in its document. */
    private static TestClient listed(String path, JWK... keys) {
        return serve(path, new JsonObject().put("jwks", new JsonObject(publicSet(keys))));
    }

    /** A client whose keys are beside its document. */
    private static TestClient elsewhere(String path, String keysPath) {
        return serve(path, new JsonObject().put("jwks_uri", site.url(keysPath)));
    }

    private static String publicSet(JWK... keys) {
        return new JWKSet(List.of(keys)).toString(true);
    }

    private static TestClient serve(String path, JsonObject keys) {
        site.serve(
                path,
                new JsonObject()
                        .put("client_id", site.url(path))
                        .put("client_name", "Client with keys")
                        .put("redirect_uris", new JsonArray().add(TestClient.REDIRECT_URI))
                        .put(
                                "grant_types",
                                new JsonArray().add("authorization_code").add("refresh_token"))
                        .put("token_endpoint_auth_method", "private_key_jwt")
                        .mergeIn(keys),
                "Cache-Control",
                "max-age=600");
        return TestClient.withId(world, site.url(path));
    }

    private static JWTClaimsSet.Builder claims(TestClient client) {
        return new JWTClaimsSet.Builder()
                .issuer(client.id())
                .subject(client.id())
                .audience(world.url())
                .jwtID(UUID.randomUUID().toString())
                .issueTime(new Date())
                .expirationTime(Date.from(Instant.now().plusSeconds(60)));
    }

    private static String sign(JWTClaimsSet.Builder claims, JWSAlgorithm algorithm, JWK key) {
        try {
            JWSSigner signer =
                    key instanceof RSAKey ? new RSASSASigner(key.toRSAKey()) : new ECDSASigner(key.toECKey());
            JWSHeader header = new JWSHeader.Builder(algorithm)
                    .keyID(key.getKeyID())
                    .type(JOSEObjectType.JWT)
                    .build();
            SignedJWT jwt = new SignedJWT(header, claims.build());
            jwt.sign(signer);
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    private Answer refresh(String refreshToken, String assertion, String... more) {
        return browser.postForm(
                world.url() + "/token",
                Form.encode(
                                "grant_type",
                                "refresh_token",
                                "refresh_token",
                                refreshToken,
                                "client_assertion_type",
                                TYPE,
                                "client_assertion",
                                assertion)
                        + (more.length == 0 ? "" : "&" + Form.encode(more)));
    }

    /** Authenticated as far as this: the made-up refresh token is what is refused. */
    private void assertAuthenticated(String assertion) {
        Answer answer = refresh("x", assertion);
        assertThat(answer.json().getString("error")).as(answer.body()).isEqualTo("invalid_grant");
    }

    private void assertInvalidClient(Answer answer, String reason) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(401);
        assertThat(answer.json().getString("error")).isEqualTo("invalid_client");
        assertThat(answer.json().getString("error_description")).contains(reason);
    }

    private void assertTrouble(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isPresent();
    }

    @Test
    @DisplayName("CR-14: the whole flow of a confidential client with a document")
    void theWholeFlow() {
        TestClient client = listed("/flow.json", ec);
        String code = client.code();
        Answer unauthenticated = client.redeem(world.url(), code);
        assertInvalidClient(unauthenticated, "client_assertion");
        Answer tokens = browser.postForm(
                world.url() + "/token",
                Form.encode(
                        "grant_type",
                        "authorization_code",
                        "code",
                        code,
                        "code_verifier",
                        client.verifier(),
                        "redirect_uri",
                        TestClient.REDIRECT_URI,
                        "client_id",
                        client.id(),
                        "client_assertion_type",
                        TYPE,
                        "client_assertion",
                        sign(claims(client), JWSAlgorithm.ES256, ec)));
        assertThat(tokens.status()).as(tokens.body()).isEqualTo(200);
        assertThat(client.echo(world.mcpUrl(), tokens.json().getString("access_token"), "hi")
                        .body())
                .contains("hi");
        // client_id may be left out (RFC 7521 §4.2).
        Answer refreshed =
                refresh(tokens.json().getString("refresh_token"), sign(claims(client), JWSAlgorithm.ES256, ec));
        assertThat(refreshed.status()).as(refreshed.body()).isEqualTo(200);
    }

    static Stream<Arguments> goodAssertions() {
        return Stream.of(
                Arguments.of(JWSAlgorithm.RS256, (UnaryOperator<JWTClaimsSet.Builder>) c -> c),
                Arguments.of(JWSAlgorithm.PS256, (UnaryOperator<JWTClaimsSet.Builder>) c -> c),
                Arguments.of(JWSAlgorithm.ES256, (UnaryOperator<JWTClaimsSet.Builder>)
                        c -> c.audience(world.url() + "/token")),
                Arguments.of(JWSAlgorithm.ES256, (UnaryOperator<JWTClaimsSet.Builder>)
                        c -> c.audience(List.of(world.url(), world.url() + "/token"))),
                Arguments.of(JWSAlgorithm.ES256, (UnaryOperator<JWTClaimsSet.Builder>)
                        c -> c.issueTime(null).notBeforeTime(new Date())));
    }

    @ParameterizedTest
    @MethodSource("goodAssertions")
    void assertionsAsTheStandardsHaveThem(JWSAlgorithm algorithm, UnaryOperator<JWTClaimsSet.Builder> change) {
        TestClient client = listed("/good.json", rsa, ec);
        JWK key = algorithm.equals(JWSAlgorithm.ES256) ? ec : rsa;
        assertAuthenticated(sign(change.apply(claims(client)), algorithm, key));
    }

    private record Bad(String reason, UnaryOperator<JWTClaimsSet.Builder> change) {
        @Override
        public String toString() {
            return reason;
        }
    }

    static Stream<Bad> badClaims() {
        Instant now = Instant.now();
        return Stream.of(
                new Bad("aud", c -> c.audience("https://other.example")),
                new Bad("aud", c -> c.audience(world.url() + "/")),
                new Bad("aud", c -> c.audience(world.url() + "/authorize")),
                new Bad("aud", c -> c.audience(List.of(world.url(), "https://other.example"))),
                new Bad("aud", c -> c.audience((String) null)),
                new Bad("has no exp", c -> c.expirationTime(null)),
                new Bad("has expired", c -> c.expirationTime(Date.from(now.minusSeconds(120)))),
                new Bad("300 seconds", c -> c.expirationTime(Date.from(now.plusSeconds(3600)))),
                new Bad("not valid yet", c -> c.notBeforeTime(Date.from(now.plusSeconds(120)))),
                new Bad("not valid yet", c -> c.issueTime(Date.from(now.plusSeconds(120)))),
                new Bad("jti", c -> c.jwtID(null)),
                new Bad("jti", c -> c.jwtID("")),
                new Bad("jti", c -> c.jwtID("x".repeat(257))),
                new Bad("iss and sub", c -> c.issuer("https://other.example/c.json")),
                new Bad("iss and sub", c -> c.issuer(null)),
                new Bad("iss and sub", c -> c.subject(null)));
    }

    @ParameterizedTest
    @MethodSource("badClaims")
    @DisplayName("CR-14: an assertion for somebody else, of another time or without its claims is refused")
    void badClaimsAreRefused(Bad bad) {
        TestClient client = listed("/claims.json", ec);
        assertInvalidClient(
                refresh("x", sign(bad.change().apply(claims(client)), JWSAlgorithm.ES256, ec)), bad.reason());
    }

    @Test
    @DisplayName("CR-14: an assertion is accepted once")
    void anAssertionIsAcceptedOnce() {
        TestClient client = listed("/replay.json", ec);
        String assertion = sign(claims(client), JWSAlgorithm.ES256, ec);
        assertAuthenticated(assertion);
        assertInvalidClient(refresh("x", assertion), "used before");
        // Signed anew with the same jti it is the same assertion; another client's jti is another one.
        String jti = "always-the-same";
        assertAuthenticated(sign(claims(client).jwtID(jti), JWSAlgorithm.ES256, ec));
        assertInvalidClient(refresh("x", sign(claims(client).jwtID(jti), JWSAlgorithm.ES256, ec)), "used before");
        TestClient other = listed("/replay-other.json", ec);
        assertAuthenticated(sign(claims(other).jwtID(jti), JWSAlgorithm.ES256, ec));
    }

    @Test
    @DisplayName("CR-14: alg none, and HS256 with the public key as secret, are refused")
    void confusedAlgorithmsAreRefused() throws Exception {
        TestClient client = listed("/confused.json", rsa, ec);
        assertInvalidClient(refresh("x", new PlainJWT(claims(client).build()).serialize()), "signed JWT");
        for (byte[] secret : List.of(
                rsa.toRSAPublicKey().getEncoded(),
                rsa.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8))) {
            SignedJWT mac = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("rsa").build(),
                    claims(client).build());
            mac.sign(new MACSigner(secret));
            assertInvalidClient(refresh("x", mac.serialize()), "RS256, PS256, ES256");
        }
        for (JWSAlgorithm other : List.of(JWSAlgorithm.RS512, JWSAlgorithm.PS384)) {
            assertInvalidClient(refresh("x", sign(claims(client), other, rsa)), "RS256, PS256, ES256");
        }
    }

    @Test
    @DisplayName("CR-14: only the client's own keys count")
    void otherKeysAreRefused() throws Exception {
        TestClient client = listed(
                "/keys.json",
                ec,
                new RSAKey.Builder(rsa).algorithm(JWSAlgorithm.RS256).build());
        ECKey sameId = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
        ECKey otherId = new ECKeyGenerator(Curve.P_256).keyID("other").generate();
        assertInvalidClient(refresh("x", sign(claims(client), JWSAlgorithm.ES256, sameId)), "not signed with a key");
        assertInvalidClient(refresh("x", sign(claims(client), JWSAlgorithm.ES256, otherId)), "not signed with a key");
        // The key says that it is for RS256.
        assertInvalidClient(refresh("x", sign(claims(client), JWSAlgorithm.PS256, rsa)), "not signed with a key");
        String good = sign(claims(client), JWSAlgorithm.ES256, ec);
        assertInvalidClient(
                refresh("x", good.substring(0, good.lastIndexOf('.') + 1) + "AAAA"), "not signed with a key");
        SignedJWT critical = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .keyID("ec")
                        .criticalParams(Set.of("must-know"))
                        .customParam("must-know", true)
                        .build(),
                claims(client).build());
        critical.sign(new ECDSASigner(ec));
        assertInvalidClient(refresh("x", critical.serialize()), "client assertion");
    }

    @Test
    @DisplayName("CR-14: what a request says about the client must agree, and come in one way")
    void requestsThatContradictThemselvesAreRefused() {
        TestClient client = listed("/request.json", ec);
        String assertion = sign(claims(client), JWSAlgorithm.ES256, ec);
        assertInvalidClient(refresh("x", assertion, "client_id", "https://other.example/c.json"), "client_id differs");
        assertThat(refresh("x", assertion, "client_secret", "s").json().getString("error"))
                .isEqualTo("invalid_request");
        Answer untyped = browser.postForm(
                world.url() + "/token",
                Form.encode("grant_type", "refresh_token", "refresh_token", "x", "client_assertion", assertion));
        assertThat(untyped.json().getString("error")).isEqualTo("invalid_request");
        Answer saml = browser.postForm(
                world.url() + "/token",
                Form.encode(
                        "grant_type",
                        "refresh_token",
                        "refresh_token",
                        "x",
                        "client_assertion_type",
                        "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
                        "client_assertion",
                        assertion));
        assertInvalidClient(saml, "client_assertion_type");
        for (String nonsense : List.of("x", "a.b.c", "..", "e30.e30.e30", "a".repeat(9000))) {
            assertInvalidClient(refresh("x", nonsense), "client assertion");
        }
        TestClient registered = TestClient.register(world);
        assertInvalidClient(refresh("x", sign(claims(registered), JWSAlgorithm.ES256, ec)), "no keys");
        // None of these spent it.
        assertAuthenticated(assertion);
    }

    @Test
    @DisplayName("CR-14: keys at a jwks_uri are fetched once, and again for an unknown key id, but not at every one")
    void keysAtAnotherAddress() throws Exception {
        site.serve("/set.json", new JsonObject(publicSet(rsa)), "Cache-Control", "max-age=600");
        TestClient client = elsewhere("/elsewhere.json", "/set.json");
        assertAuthenticated(sign(claims(client), JWSAlgorithm.RS256, rsa));
        assertAuthenticated(sign(claims(client), JWSAlgorithm.PS256, rsa));
        assertThat(site.hits("/set.json")).isEqualTo(1);
        RSAKey next = new RSAKeyGenerator(2048).keyID("next").generate();
        site.serve("/set.json", new JsonObject(publicSet(rsa, next)), "Cache-Control", "max-age=600");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertAuthenticated(sign(claims(client), JWSAlgorithm.RS256, next)));
        assertThat(site.hits("/set.json")).isEqualTo(2);
        RSAKey unknown = new RSAKey.Builder(rsa).keyID("unknown").build();
        for (int i = 0; i < 5; i++) {
            assertInvalidClient(refresh("x", sign(claims(client), JWSAlgorithm.RS256, unknown)), "not signed");
        }
        assertThat(site.hits("/set.json")).isLessThanOrEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"max-age=600", "no-store"})
    @DisplayName(
            "CR-14, CR-16: a storm of unknown key ids makes at most one fetch a cool-down; known keys do not notice")
    void aStormOfUnknownKeyIds(String cacheControl) {
        String set = "/storm-" + cacheControl + ".json";
        site.serve(set, new JsonObject(publicSet(rsa)), "Cache-Control", cacheControl);
        TestClient client = elsewhere("/storm-of-" + cacheControl + ".json", set);
        assertAuthenticated(sign(claims(client), JWSAlgorithm.RS256, rsa));
        long began = System.nanoTime();
        List<CompletableFuture<Answer>> storm = IntStream.range(0, 60)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> refresh(
                        "x",
                        sign(
                                claims(client),
                                JWSAlgorithm.RS256,
                                new RSAKey.Builder(rsa).keyID("unknown-" + i).build()))))
                .toList();
        assertAuthenticated(sign(claims(client), JWSAlgorithm.RS256, rsa));
        storm.forEach(answer -> assertInvalidClient(answer.join(), "not signed"));
        long coolDowns = Duration.ofNanos(System.nanoTime() - began).toSeconds() + 1;
        assertThat(site.hits(set)).isLessThanOrEqualTo(1 + coolDowns);
        assertAuthenticated(sign(claims(client), JWSAlgorithm.RS256, rsa));
    }

    @Test
    @DisplayName("CR-16: an address that answers nothing useful is not asked for each request")
    void anAddressWithoutKeysIsLeftInPeace() {
        TestClient client = elsewhere("/victim-client.json", "/victim.json");
        site.fail("/victim.json", 500);
        long began = System.nanoTime();
        for (int i = 0; i < 40; i++) {
            assertTrouble(refresh("x", sign(claims(client), JWSAlgorithm.ES256, ec)));
        }
        long coolDowns = Duration.ofNanos(System.nanoTime() - began).toMillis() / 100 + 1;
        assertThat(site.hits("/victim.json")).isLessThanOrEqualTo(1 + coolDowns).isLessThan(40);
    }

    @Test
    @DisplayName(
            "CR-14: a key that was added to the document itself is found before the document would be fetched again")
    void aKeyAddedToTheDocument() throws Exception {
        TestClient client = listed("/rotates.json", ec);
        assertAuthenticated(sign(claims(client), JWSAlgorithm.ES256, ec));
        ECKey next = new ECKeyGenerator(Curve.P_256).keyID("next").generate();
        listed("/rotates.json", ec, next);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertAuthenticated(sign(claims(client), JWSAlgorithm.ES256, next)));
        assertThat(site.hits("/rotates.json")).isEqualTo(2);
    }

    @Test
    @DisplayName(
            "AS-30: a key set that cannot be fetched is trouble, not invalid_client; known keys stay good meanwhile")
    void aKeySetInTroubleIsNotTheClientsFault() {
        TestClient client = elsewhere("/keyless.json", "/down.json");
        site.fail("/down.json", 500);
        assertTrouble(refresh("x", sign(claims(client), JWSAlgorithm.ES256, ec)));
        site.serve("/down.json", new JsonObject(publicSet(ec)), "Cache-Control", "max-age=0");
        await().atMost(PATIENCE).untilAsserted(() -> assertAuthenticated(sign(claims(client), JWSAlgorithm.ES256, ec)));
        site.fail("/down.json", 500);
        assertAuthenticated(sign(claims(client), JWSAlgorithm.ES256, ec));
    }

    @Test
    @DisplayName("CR-16: a key set is held to the bounds of a document, and to keys that are neither weak nor dear")
    void badKeySetsAreRefused() throws Exception {
        TestClient client = elsewhere("/badset.json", "/badkeys.json");
        RSAKey weak = new RSAKeyGenerator(1024, true).keyID("rsa").generate();
        site.serve("/badkeys.json", new JsonObject(publicSet(weak)), "Cache-Control", "no-store");
        assertInvalidClient(refresh("x", sign(claims(client), JWSAlgorithm.RS256, rsa)), "no key");
        site.serve("/badkeys.json", new JsonObject(new JWKSet(ec).toString(false)), "Cache-Control", "no-store");
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertInvalidClient(refresh("x", sign(claims(client), JWSAlgorithm.ES256, ec)), "secret key"));
        site.serve("/badkeys.json", new JsonObject().put("keys", "x"), "Cache-Control", "no-store");
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertInvalidClient(refresh("x", sign(claims(client), JWSAlgorithm.ES256, ec)), "key set"));
    }

    @Test
    @DisplayName("AS-30, CR-15: without Redis a document is still fetched, but no assertion can be accepted: 503")
    void withoutRedis() {
        TestClient client = listed("/redisless.json", ec);
        redis.pause();
        try {
            assertTrouble(refresh("x", sign(claims(client), JWSAlgorithm.ES256, ec)));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(listed("/redisless2.json", ec)
                                    .authorize(world.url())
                                    .status())
                            .isEqualTo(200));
        } finally {
            redis.resume();
        }
        await().atMost(PATIENCE).untilAsserted(() -> assertAuthenticated(sign(claims(client), JWSAlgorithm.ES256, ec)));
    }
}
