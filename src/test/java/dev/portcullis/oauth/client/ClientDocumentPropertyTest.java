package dev.portcullis.oauth.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.portcullis.config.ConfigReader;
import dev.portcullis.config.GatewayConfig;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Strangers write documents: whatever is in one, it is a client or a reason why not. */
class ClientDocumentPropertyTest {
    private static final String ADDRESS = "https://client.example/c.json";
    private static final String KEY = key();

    private final ClientDocument reader = reader();

    private static ClientDocument reader() {
        JsonObject yaml = new JsonObject()
                .put("publicUrl", "https://mcp.example.com")
                .put(
                        "cognito",
                        new JsonObject()
                                .put("issuer", "http://localhost:2/pool")
                                .put("domain", "http://localhost:2")
                                .put("clientId", "app"))
                .put("keys", new JsonObject().put("directory", "keys"))
                .put("upstreams", new JsonObject().put("demo", new JsonObject().put("url", "http://localhost:3/mcp")));
        GatewayConfig config = new ConfigReader(Map.of()).read("a test's configuration", yaml.encode(), Path.of(""));
        return new ClientDocument(config, new DocumentTrust(config.clientDocuments(), config.publicUrl()));
    }

    private static String key() {
        try {
            return new ECKeyGenerator(Curve.P_256)
                    .keyID("k")
                    .generate()
                    .toPublicJWK()
                    .toJSONString();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    private static JsonObject document() {
        return new JsonObject()
                .put("client_id", ADDRESS)
                .put("client_name", "A")
                .put("redirect_uris", new JsonArray().add("https://client.example/cb"))
                .put("grant_types", new JsonArray().add("authorization_code"))
                .put("response_types", new JsonArray().add("code"))
                .put("application_type", "web")
                .put("client_uri", "https://client.example/")
                .put("scope", "a b")
                .put("token_endpoint_auth_method", "private_key_jwt")
                .put("jwks", new JsonObject().put("keys", new JsonArray().add(new JsonObject(KEY))));
    }

    private Optional<Client> read(String text) {
        try {
            return Optional.of(reader.read(ADDRESS, text));
        } catch (ClientDocumentProblem problem) {
            assertThat(problem.isPassing()).isFalse();
            assertThat(problem.address()).isEqualTo(ADDRESS);
            assertThat(problem.reason()).isNotBlank();
            return Optional.empty();
        }
    }

    @Property
    @Label("CR-13: a member of another kind makes a document invalid, or changes nothing")
    void membersOfOtherKinds(@ForAll("members") String member, @ForAll("values") Object value) {
        read(document().put(member, value).encode()).ifPresent(client -> {
            assertThat(client.id()).isEqualTo(ADDRESS);
            assertThat(client.name()).isPresent();
            assertThat(client.redirectUris()).isNotEmpty();
            assertThat(client.isConfidential()).isEqualTo(client.keys().isPresent());
        });
    }

    @Property
    @Label("CR-14: a member of a key of another kind makes the key or the document unusable, and nothing else")
    void keysOfOtherKinds(@ForAll("keyMembers") String member, @ForAll("values") Object value) {
        JsonObject key = new JsonObject(KEY).put(member, value);
        JsonObject keys = new JsonObject().put("keys", new JsonArray().add(key));
        read(document().put("jwks", keys).encode())
                .ifPresent(
                        client -> assertThat(((ClientKeys.Listed) client.keys().orElseThrow()).keys())
                                .isNotEmpty()
                                .noneMatch(JWK::isPrivate));
    }

    @Property
    void cutAnywhereItIsNoDocument(@ForAll int place) {
        String text = document().encode();
        assertThat(read(text.substring(0, Math.floorMod(place, text.length())))).isEmpty();
    }

    @Provide
    Arbitrary<String> members() {
        return Arbitraries.of(document().fieldNames());
    }

    @Provide
    Arbitrary<String> keyMembers() {
        return Arbitraries.of(
                "kty", "crv", "x", "y", "d", "n", "e", "k", "kid", "use", "key_ops", "alg", "x5c", "x5u", "x5t", "exp",
                "nbf", "iat");
    }

    @Provide
    Arbitrary<Object> values() {
        return Arbitraries.of(
                        "null",
                        "true",
                        "0",
                        "-1",
                        "1e400",
                        "\"\"",
                        "\"x\"",
                        "\"RSA\"",
                        "\"EC\"",
                        "\"OKP\"",
                        "\"oct\"",
                        "\"P-521\"",
                        "\"enc\"",
                        "\"AQAB\"",
                        "[]",
                        "[null]",
                        "[1]",
                        "[\"x\"]",
                        "[[]]",
                        "{}",
                        "{\"keys\":1}",
                        "{\"keys\":[1]}",
                        "{\"keys\":[null]}",
                        "{\"keys\":[{}]}",
                        "\"\\u202e\"",
                        "\"\\ud800\"",
                        "[\"javascript:x\"]",
                        "[\"https://client.example/cb\",1]")
                .map(Json::decodeValue);
    }
}
