package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.DocumentHost;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients in the configuration that authenticate with keys ({@code private_key_jwt}); on the first gateway also without any documents. */
class PreRegisteredKeysTest {
    private static final String CALLBACK = "https://reports.example/cb";
    private static World world;
    private static DocumentHost site;
    private static ECKey key;

    @BeforeAll
    static void start() throws Exception {
        key = new ECKeyGenerator(Curve.P_256).keyID("k1").generate();
        site = DocumentHost.start();
        site.serve("/jwks.json", new JsonObject(new JWKSet(key).toString(true)), "Cache-Control", "max-age=600");
        world = World.start(configuration -> configuration
                .put("clientDocuments", new JsonObject().put("enabled", false).put("loopback", true))
                .put(
                        "clients",
                        new JsonObject()
                                .put("listed", client().put("jwks", new JWKSet(key).toString(true)))
                                .put("elsewhere", client().put("jwksUri", site.url("/jwks.json")))
                                .put("public", client())));
    }

    @AfterAll
    static void stop() {
        world.close();
        site.close();
    }

    private static JsonObject client() {
        return new JsonObject().put("name", "Reporting").put("redirectUris", new JsonArray().add(CALLBACK));
    }

    @ParameterizedTest
    @ValueSource(strings = {"listed", "elsewhere"})
    @DisplayName("AS-1, AS-26: it goes the whole way with its key, at every endpoint that asks who it is")
    void theWholeWay(String id) throws Exception {
        TestClient client = TestClient.known(world, id, "", CALLBACK);
        JsonObject tokens = post(
                        "/token",
                        assertion(id, key),
                        "grant_type",
                        "authorization_code",
                        "code",
                        client.code(),
                        "code_verifier",
                        client.verifier())
                .json();
        assertThat(client.echo(world.mcpUrl(), tokens.getString("access_token"), "hi")
                        .status())
                .isEqualTo(200);
        Answer refreshed = post(
                "/token",
                assertion(id, key),
                "grant_type",
                "refresh_token",
                "refresh_token",
                tokens.getString("refresh_token"));
        assertThat(refreshed.status()).as(refreshed.body()).isEqualTo(200);
        String next = refreshed.json().getString("refresh_token");
        assertThat(post("/revoke", assertion(id, key), "token", next).status()).isEqualTo(200);
        assertThat(post("/token", assertion(id, key), "grant_type", "refresh_token", "refresh_token", next)
                        .json()
                        .getString("error"))
                .isEqualTo("invalid_grant");
    }

    @ParameterizedTest
    @ValueSource(strings = {"listed", "elsewhere"})
    @DisplayName(
            "AS-26, AS-29: without an assertion, or with one that is used up or signed by somebody else, it is 401 invalid_client")
    void anybodyElse(String id) throws Exception {
        Answer without = new Browser()
                .postForm(
                        world.url() + "/token",
                        Form.encode("client_id", id, "grant_type", "refresh_token", "refresh_token", "x"));
        assertThat(without.status()).isEqualTo(401);
        assertThat(without.json().getString("error_description")).contains("private_key_jwt");
        String once = assertion(id, key);
        assertThat(error(once)).isEqualTo("invalid_grant");
        assertThat(error(once)).isEqualTo("invalid_client");
        ECKey other = new ECKeyGenerator(Curve.P_256).keyID("k1").generate();
        assertThat(error(assertion(id, other))).isEqualTo("invalid_client");
        ECKey unknown = new ECKeyGenerator(Curve.P_256).keyID("k2").generate();
        assertThat(error(assertion(id, unknown))).isEqualTo("invalid_client");
        assertThat(error(assertion("public", key))).isEqualTo("invalid_client");
    }

    @Test
    @DisplayName("AS-1: the metadata name the method and its algorithms, though no client may come with a document")
    void theMetadataSaySo() {
        JsonObject metadata = new Browser()
                .get(world.url() + "/.well-known/oauth-authorization-server")
                .json();
        assertThat(metadata.getJsonArray("token_endpoint_auth_methods_supported"))
                .contains("private_key_jwt");
        assertThat(metadata.getJsonArray("token_endpoint_auth_signing_alg_values_supported"))
                .contains("ES256");
        assertThat(metadata.containsKey("client_id_metadata_document_supported"))
                .isFalse();
    }

    @Test
    @DisplayName("AS-1: keys that are too weak, or an address that is not public, end the start with words about them")
    void unusableKeys() {
        String weak = "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"AA\",\"y\":\"AA\"}]}";
        for (JsonObject unusable :
                List.of(client().put("jwks", weak), client().put("jwksUri", "https://10.0.0.1/jwks.json"))) {
            assertThatThrownBy(() -> World.start(configuration ->
                                    configuration.put("clients", new JsonObject().put("unusable", unusable)))
                            .close())
                    .hasStackTraceContaining("clients.unusable.jwks");
        }
    }

    private static String error(String assertion) {
        return post("/token", assertion, "grant_type", "refresh_token", "refresh_token", "x")
                .json()
                .getString("error");
    }

    private static Answer post(String path, String assertion, String... pairs) {
        List<String> form = new ArrayList<>(List.of(pairs));
        form.addAll(List.of(
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion",
                assertion));
        return new Browser().postForm(world.url() + path, Form.encode(form.toArray(String[]::new)));
    }

    private static String assertion(String id, ECKey key) throws JOSEException {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
                new JWTClaimsSet.Builder()
                        .issuer(id)
                        .subject(id)
                        .audience(world.url())
                        .jwtID(UUID.randomUUID().toString())
                        .expirationTime(Date.from(Instant.now().plusSeconds(60)))
                        .build());
        jwt.sign(new ECDSASigner(key));
        return jwt.serialize();
    }
}
