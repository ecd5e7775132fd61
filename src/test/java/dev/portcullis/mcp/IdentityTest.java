package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.portcullis.dev.cognito.PoolUser;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.StubUpstream;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URL;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What an upstream is told about who calls, in each mode. */
@DisplayName("An upstream")
class IdentityTest {
    private static StubUpstream stub;
    private static World world;

    @BeforeAll
    static void start() {
        stub = new StubUpstream("stub");
        world = World.start(configuration -> {
            JsonObject upstreams = configuration.getJsonObject("upstreams");
            for (String identity : new String[] {"assertion", "cognito", "none"}) {
                upstreams.put(
                        identity,
                        new JsonObject()
                                .put("url", stub.url())
                                .put("identity", identity)
                                .put("headers", new JsonObject().put("X-Api-Key", "ours")));
            }
            upstreams.put("headers", new JsonObject().put("url", stub.url()).put("identity", "headers"));
            upstreams.getJsonObject("none").getJsonObject("headers").put("Authorization", "Basic b3Vycw==");
            upstreams.put(
                    "elsewhere",
                    new JsonObject()
                            .put("url", stub.url())
                            .put("identity", "assertion")
                            .put("audience", "urn:example:elsewhere"));
        });
    }

    @AfterAll
    static void stop() {
        world.close();
        stub.close();
    }

    @Test
    @DisplayName("can verify an assertion about the user with nothing but the published key set (GW-2)")
    void assertions() throws Exception {
        MultiMap seen = seen("assertion", token("assertion"));
        String assertion = bearer(seen);
        JWTClaimsSet claims = verify(assertion, stub.url());
        assertThat(claims.getStringClaim("preferred_username")).isEqualTo(World.USER);
        assertThat(claims.getStringClaim("email")).isEqualTo("maria@example.com");
        assertThat(claims.getStringClaim("scope")).isEqualTo("mcp:assertion");
        assertThat(claims.getStringClaim("client_id")).startsWith("pcc_");
        assertThat(claims.getStringListClaim("groups")).isNotNull();
        assertThat(claims.getJWTID()).isNotBlank();
        assertThat(claims.getExpirationTime().getTime() - claims.getIssueTime().getTime())
                .isEqualTo(60_000);
        assertThat(claims.getExpirationTime()).isAfter(new Date(System.currentTimeMillis() + 29_000));
        assertThat(seen.contains("X-Forwarded-User")).isFalse();
        assertThat(verify(bearer(seen("elsewhere", token("elsewhere"))), "urn:example:elsewhere")
                        .getSubject())
                .isEqualTo(claims.getSubject());
    }

    @Test
    @DisplayName("gets the same assertion with calls that follow one another, and another one for another token")
    void shared() {
        String token = token("assertion");
        String first = bearer(seen("assertion", token));
        assertThat(bearer(seen("assertion", token))).isEqualTo(first);
        assertThat(bearer(seen("assertion", token("assertion")))).isNotEqualTo(first);
    }

    @Test
    @DisplayName("cannot use an assertion as an access token, here or elsewhere (RS-11, RS-12)")
    void noAccessToken() {
        String assertion = bearer(seen("assertion", token("assertion")));
        for (String upstream : new String[] {"assertion", "none", "demo"}) {
            assertThat(new Browser()
                            .postJson(
                                    world.url() + "/" + upstream + "/mcp", "{}", "Authorization", "Bearer " + assertion)
                            .status())
                    .isEqualTo(401);
        }
    }

    @Test
    @DisplayName("that is entitled to it gets the Cognito access token (GW-2)")
    void cognito() throws Exception {
        SignedJWT token = SignedJWT.parse(bearer(seen("cognito", token("cognito"))));
        assertThat(token.getJWTClaimsSet().getIssuer())
                .isEqualTo(world.cognito().issuer());
        assertThat(token.getJWTClaimsSet().getStringClaim("token_use")).isEqualTo("access");
    }

    @Test
    @DisplayName(
            "gets fixed headers of ours in one piece, whatever the client sends and however it spells it (GW-1, GW-3)")
    void fixedHeaders() {
        MultiMap seen =
                seen("none", token("none"), "X-Api-Key", "theirs", "X_Api_Key", "theirs", "x-api_key", "theirs");
        assertThat(seen.getAll("X-Api-Key")).containsExactly("ours");
        assertThat(seen.getAll("Authorization")).containsExactly("Basic b3Vycw==");
        assertThat(seen.toString()).doesNotContain("theirs").doesNotContain("X-Forwarded-User");
    }

    @Test
    @DisplayName("reads the groups it is told at their commas and finds none that the user is not in (GW-3)")
    void groups() {
        world.cognito()
                .changeUser(
                        World.USER,
                        user -> new PoolUser(
                                user.sub(),
                                user.username(),
                                user.password(),
                                user.attributes(),
                                List.of("staff", "a,admins", "50%2C", "Müller"),
                                user.enabled()))
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        assertThat(seen("headers", token("headers")).getAll("X-Forwarded-Groups"))
                .containsExactly("staff,a%2Cadmins,50%252C,M%C3%BCller");
    }

    private static JWTClaimsSet verify(String assertion, String audience) throws Exception {
        URL keySet = URI.create(world.url() + "/.well-known/jwks.json").toURL();
        JWKSource<SecurityContext> keys =
                JWKSourceBuilder.<SecurityContext>create(keySet).build();
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.RS256, keys));
        processor.setJWTClaimsSetVerifier(new DefaultJWTClaimsVerifier<>(
                audience,
                new JWTClaimsSet.Builder().issuer(world.url()).build(),
                Set.of("sub", "iat", "exp", "jti", "client_id")));
        return processor.process(assertion, null);
    }

    private static String bearer(MultiMap headers) {
        assertThat(headers.getAll("Authorization")).singleElement().asString().startsWith("Bearer ");
        return String.valueOf(headers.get("Authorization")).substring("Bearer ".length());
    }

    private static String token(String upstream) {
        return TestClient.register(world)
                .wants(world.url() + "/" + upstream + "/mcp")
                .accessToken();
    }

    private static MultiMap seen(String upstream, String token, String... headers) {
        String[] all = new String[headers.length + 2];
        all[0] = "Authorization";
        all[1] = "Bearer " + token;
        System.arraycopy(headers, 0, all, 2, headers.length);
        int before = stub.calls();
        assertThat(new Browser()
                        .postJson(world.url() + "/" + upstream + "/mcp", "{}", all)
                        .status())
                .isEqualTo(200);
        return stub.seen().get(before);
    }
}
