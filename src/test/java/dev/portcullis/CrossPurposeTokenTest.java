package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.portcullis.crypto.KeyRing;
import dev.portcullis.crypto.RandomTokens;
import dev.portcullis.crypto.TokenEncryption;
import dev.portcullis.dev.cognito.TokenFlaw;
import dev.portcullis.idp.IdpAccessToken;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import dev.portcullis.token.AccessTokenIssuer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A credential is good for its own purpose, from its own issuer, and for nothing else. */
class CrossPurposeTokenTest {
    private static final KeyRing KEYS = KeyRing.generate(InstantSource.system());

    private static World world;
    private static TestClient client;
    private static JsonObject tokens;
    private static String accessToken;

    @BeforeAll
    static void start() {
        world = World.startWithKeys(1, gateway -> KEYS);
        client = TestClient.register(world);
        tokens = client.redeem(world.url(), client.code()).json();
        accessToken = tokens.getString("access_token");
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @Test
    @DisplayName("RS-11, RFC 8725: no other algorithm, key, type, issuer, audience or time passes for ours")
    void aForgedTokenIsRefused() throws Exception {
        SignedJWT good = SignedJWT.parse(accessToken);
        JWTClaimsSet claims = good.getJWTClaimsSet();
        RSAKey ours = KEYS.signingKey();
        RSAKey foreign = new RSAKeyGenerator(2048).keyID(ours.getKeyID()).generate();
        JWSSigner right = new RSASSASigner(ours);
        JWSHeader header = good.getHeader();
        assertThat(status(signed(header, claims, right))).isEqualTo(200);

        String payload = accessToken.split("\\.")[1];
        String signature = accessToken.split("\\.")[2];
        for (String alg : List.of("none", "None", "NONE", "")) {
            String unsigned = encode(new JsonObject()
                    .put("alg", alg)
                    .put("typ", "at+jwt")
                    .put("kid", ours.getKeyID())
                    .encode());
            assertRefused(unsigned + "." + payload + ".");
            assertRefused(unsigned + "." + payload + "." + signature);
        }
        // HS256 with what everybody knows: the public key, in each form somebody might take for a secret.
        for (byte[] secret : List.of(
                ours.toRSAPublicKey().getEncoded(),
                ours.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8),
                ("-----BEGIN PUBLIC KEY-----\n"
                                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                        .encodeToString(ours.toRSAPublicKey().getEncoded())
                                + "\n-----END PUBLIC KEY-----\n")
                        .getBytes(StandardCharsets.UTF_8),
                ours.getModulus().decode())) {
            JWSHeader symmetric = new JWSHeader.Builder(JWSAlgorithm.HS256)
                    .type(header.getType())
                    .keyID(ours.getKeyID())
                    .build();
            assertRefused(signed(symmetric, claims, new MACSigner(secret)));
        }
        assertRefused(signed(header, claims, new RSASSASigner(foreign)));
        assertRefused(signed(
                new JWSHeader.Builder(header).jwk(foreign.toPublicJWK()).build(), claims, new RSASSASigner(foreign)));
        assertRefused(signed(new JWSHeader.Builder(header).keyID("other").build(), claims, right));
        assertRefused(signed(new JWSHeader.Builder(header).keyID(null).build(), claims, right));
        assertRefused(
                signed(new JWSHeader.Builder(header).type(JOSEObjectType.JWT).build(), claims, right));
        assertRefused(signed(
                new JWSHeader.Builder(JWSAlgorithm.RS512)
                        .type(header.getType())
                        .keyID(ours.getKeyID())
                        .build(),
                claims,
                right));
        assertRefused(signed(
                header,
                new JWTClaimsSet.Builder(claims).issuer("https://evil.example").build(),
                right));
        assertRefused(signed(
                header, new JWTClaimsSet.Builder(claims).audience(world.url()).build(), right));
        assertRefused(signed(
                header,
                new JWTClaimsSet.Builder(claims)
                        .audience(world.url() + "/other/mcp")
                        .build(),
                right));
        assertRefused(signed(
                header,
                new JWTClaimsSet.Builder(claims)
                        .expirationTime(Date.from(Instant.now().minusSeconds(5)))
                        .build(),
                right));
        // Of the last character some bits mean nothing.
        for (int i = 0; i < accessToken.length() - 1; i += 97) {
            char flipped = accessToken.charAt(i) == 'A' ? 'B' : 'A';
            assertRefused(accessToken.substring(0, i) + flipped + accessToken.substring(i + 1));
        }
    }

    @Test
    @DisplayName(
            "RS-11, RS-12: refresh token, code, client id, the JWE inside, an ID token and a raw Cognito token are no access tokens")
    void otherCredentialsAreNoAccessTokens() throws Exception {
        String appClient = world.cognito().pool().client().id();
        List<String> scopes = List.of("openid", "email", "profile");
        Map<String, String> others = Map.of(
                "refresh token", tokens.getString("refresh_token"),
                "code", client.code(),
                "client id", client.id(),
                "the JWE inside", claims().getString("cognito_token"),
                "ID token", await(world.cognito().mintIdToken(World.USER, appClient, scopes, TokenFlaw.NONE)),
                "raw Cognito token",
                        await(world.cognito().mintAccessToken(World.USER, appClient, scopes, TokenFlaw.NONE)));
        others.forEach(
                (what, credential) -> assertThat(status(credential)).as(what).isEqualTo(401));
    }

    @ParameterizedTest
    @EnumSource(TokenFlaw.class)
    @DisplayName("RS-11: our own signature does not vouch for a Cognito token inside that is not good")
    void theCognitoTokenInsideIsCheckedToo(TokenFlaw flaw) throws Exception {
        String appClient = world.cognito().pool().client().id();
        String inside = await(
                world.cognito().mintAccessToken(World.USER, appClient, List.of("openid", "email", "profile"), flaw));
        AccessTokenIssuer issuer = new AccessTokenIssuer(
                world.config(),
                KEYS,
                new TokenEncryption(KEYS),
                new RandomTokens(new SecureRandom()),
                InstantSource.system());
        String wrapped = issuer.issue(new AccessTokenIssuer.Subject(
                        claims().getString("grant"),
                        client.id(),
                        world.mcpUrl(),
                        List.of("mcp:demo"),
                        inside,
                        new IdpAccessToken(
                                claims().getString("sub"),
                                World.USER,
                                List.of(),
                                Instant.now().plusSeconds(600)),
                        Optional.empty()))
                .token();
        assertThat(status(wrapped)).isEqualTo(flaw == TokenFlaw.NONE ? 200 : 401);
    }

    @Test
    @DisplayName(
            "AS-32, AS-24: at the token endpoint nothing but a refresh token refreshes and nothing but a code is redeemed")
    void atTheTokenEndpointEachCredentialHasItsPlace() throws Exception {
        String refreshToken = tokens.getString("refresh_token");
        String code = client.code();
        String cognito = await(world.cognito()
                .mintAccessToken(World.USER, world.cognito().pool().client().id(), List.of("openid"), TokenFlaw.NONE));
        for (String credential : List.of(
                accessToken,
                code,
                client.id(),
                cognito,
                "pcr_",
                refreshToken + "A",
                refreshToken.substring(0, refreshToken.length() - 1),
                // another generation, another grant, another key: none of them has this MAC
                refreshToken.replaceFirst("\\.0\\.", ".1."),
                flip(refreshToken, refreshToken.indexOf('.') + 3),
                flip(refreshToken, refreshToken.length() - 10),
                refreshToken.replaceFirst("pcr_[A-Za-z0-9-]+", "pcr_other"))) {
            Answer answer = client.refresh(world.url(), credential);
            assertThat(answer.status()).as(credential).isEqualTo(400);
            assertThat(answer.json().getString("error")).isEqualTo("invalid_grant");
        }
        for (String credential :
                List.of(refreshToken, accessToken, client.id(), cognito, flip(code, 30), flip(code, 3))) {
            Answer answer = client.redeem(world.url(), credential);
            assertThat(answer.status()).as(credential).isEqualTo(400);
            assertThat(answer.json().getString("error")).isEqualTo("invalid_grant");
        }
        // None of it has hurt the real ones.
        assertThat(client.redeem(world.url(), code).status()).isEqualTo(200);
        assertThat(client.refresh(world.url(), refreshToken).status()).isEqualTo(200);
        Answer password = client.browser()
                .postForm(
                        world.url() + "/token",
                        Form.encode(
                                "grant_type", "password", "username", "a", "password", "b", "client_id", client.id()));
        assertThat(password.json().getString("error")).isEqualTo("unsupported_grant_type");
    }

    private static String flip(String text, int at) {
        return text.substring(0, at) + (text.charAt(at) == 'A' ? 'B' : 'A') + text.substring(at + 1);
    }

    private static void assertRefused(String token) {
        Answer answer = client.echo(world.mcpUrl(), token, "hi");
        assertThat(answer.status()).as(token).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate").orElseThrow()).contains("error=\"invalid_token\"");
    }

    private static int status(String token) {
        return client.echo(world.mcpUrl(), token, "hi").status();
    }

    /** As somebody would who does not ask whether header and key go together. */
    private static String signed(JWSHeader header, JWTClaimsSet claims, JWSSigner signer) throws Exception {
        String input = encode(header.toString()) + "." + encode(claims.toString());
        JWSAlgorithm algorithm =
                header.getAlgorithm().equals(JWSAlgorithm.HS256) ? JWSAlgorithm.HS256 : header.getAlgorithm();
        return input + "." + signer.sign(new JWSHeader(algorithm), input.getBytes(StandardCharsets.UTF_8));
    }

    private static String encode(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static JsonObject claims() {
        return new JsonObject(
                new String(Base64.getUrlDecoder().decode(accessToken.split("\\.")[1]), StandardCharsets.UTF_8));
    }

    private static <T> T await(io.vertx.core.Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
