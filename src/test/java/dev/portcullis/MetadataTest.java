package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client learns before it has a token. */
@DisplayName("Metadata")
class MetadataTest {
    private static final String AUTHORIZATION_SERVER = "/.well-known/oauth-authorization-server";
    private static final String PROTECTED_RESOURCE = "/.well-known/oauth-protected-resource";
    private static final String INSPECTOR = "http://localhost:6274";
    private static final Browser BROWSER = new Browser();
    private static World world;

    @BeforeAll
    static void start() {
        world = World.start(configuration ->
                configuration.put("http", new JsonObject().put("origins", new JsonArray().add(INSPECTOR))));
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @Test
    @DisplayName("of the authorization server is where RFC 8414 puts it, with endpoints at the root (AS-2, AS-8)")
    void authorizationServer() {
        JsonObject metadata = get(AUTHORIZATION_SERVER).json();
        for (String endpoint : List.of("authorize", "token", "revoke")) {
            assertThat(metadata.stream().map(entry -> entry.getValue()).toList())
                    .contains(world.url() + "/" + endpoint);
        }
        assertThat(metadata.getString("registration_endpoint")).isEqualTo(world.url() + "/register");
        assertThat(metadata.getString("authorization_endpoint")).isEqualTo(world.url() + "/authorize");
        assertThat(metadata.getString("token_endpoint")).isEqualTo(world.url() + "/token");
        assertThat(metadata.getJsonArray("code_challenge_methods_supported")).containsExactly("S256");
        assertThat(metadata.getJsonArray("response_types_supported")).containsExactly("code");
        assertThat(metadata.getJsonArray("grant_types_supported"))
                .containsExactlyInAnyOrder("authorization_code", "refresh_token");
        assertThat(metadata.getJsonArray("scopes_supported")).contains("offline_access", "mcp:demo");
        assertThat(metadata.getBoolean("authorization_response_iss_parameter_supported"))
                .isTrue();
    }

    @Test
    @DisplayName("serves public and confidential clients, and says with which algorithms they may sign (AS-1)")
    void clientAuthentication() {
        JsonObject metadata = get(AUTHORIZATION_SERVER).json();
        assertThat(metadata.getJsonArray("token_endpoint_auth_methods_supported"))
                .contains("none", "client_secret_basic", "client_secret_post", "private_key_jwt");
        assertThat(metadata.getJsonArray("token_endpoint_auth_signing_alg_values_supported"))
                .isNotEmpty()
                .doesNotContain("none", "HS256");
    }

    @Test
    @DisplayName("names one issuer, the same as responses and tokens do, without a trailing slash (AS-4)")
    void issuer() {
        String issuer = get(AUTHORIZATION_SERVER).json().getString("issuer");
        assertThat(issuer).isEqualTo(world.url()).doesNotEndWith("/");
        JsonObject resource = get(PROTECTED_RESOURCE + "/demo/mcp").json();
        assertThat(resource.getJsonArray("authorization_servers")).containsExactly(issuer);

        TestClient client = TestClient.register(world);
        Answer toCognito = client.approve(world.url(), client.authorize(world.url()));
        Answer response = client.callback(world.url(), client.signIn(toCognito));
        assertThat(response.parameter("iss")).hasValue(issuer);
        String token = client.redeem(world.url(), response.parameter("code").orElseThrow())
                .json()
                .getString("access_token");
        String claims = new String(Base64.getUrlDecoder().decode(token.split("\\.")[1]), StandardCharsets.UTF_8);
        assertThat(new JsonObject(claims).getString("iss")).isEqualTo(issuer);
    }

    @ParameterizedTest
    @ValueSource(strings = {AUTHORIZATION_SERVER, PROTECTED_RESOURCE + "/demo/mcp", "/.well-known/jwks.json"})
    @DisplayName("is JSON, without empty arrays, cacheable by all for minutes (AS-5)")
    void form(String path) {
        Answer answer = get(path);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type").orElseThrow()).startsWith("application/json");
        assertThat(answer.header("Cache-Control").orElseThrow()).matches("public, max-age=[1-9][0-9]{1,2}");
        assertThat(answer.body()).doesNotContain("[]").doesNotContain("null");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/.well-known/openid-configuration",
                "/.well-known/openid-configuration/demo/mcp",
                "/demo/mcp/.well-known/openid-configuration",
                AUTHORIZATION_SERVER + "/demo/mcp",
                PROTECTED_RESOURCE,
                PROTECTED_RESOURCE + "/",
                PROTECTED_RESOURCE + "/nobody/mcp",
                PROTECTED_RESOURCE + "/demo"
            })
    @DisplayName("exists in no other place, and none about OpenID, since no ID token is issued (AS-3, AS-6, RS-5)")
    void nowhereElse(String path) {
        assertThat(get(path).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {AUTHORIZATION_SERVER, PROTECTED_RESOURCE + "/demo/mcp"})
    @DisplayName("does not mind the protocol version, also when a web page asks first (AS-7, TR-2)")
    void protocolVersion(String path) {
        assertThat(BROWSER.get(world.url() + path, "MCP-Protocol-Version", "2025-03-26")
                        .status())
                .isEqualTo(200);
        Answer preflight = BROWSER.send(
                HttpRequest.newBuilder(URI.create(world.url() + path))
                        .method("OPTIONS", HttpRequest.BodyPublishers.noBody()),
                "Origin",
                INSPECTOR,
                "Access-Control-Request-Method",
                "GET",
                "Access-Control-Request-Headers",
                "mcp-protocol-version");
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.header("Access-Control-Allow-Headers").orElseThrow())
                .containsIgnoringCase("mcp-protocol-version");
    }

    @Test
    @DisplayName("speaks of the configured public URL, whatever host the request names (AS-10)")
    void forgedHost() {
        for (String path : List.of(AUTHORIZATION_SERVER, PROTECTED_RESOURCE + "/demo/mcp", "/demo/mcp")) {
            try (RawConnection connection = RawConnection.to(world.url())) {
                connection.write("GET " + path + " HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\n"
                        + "X-Forwarded-Proto: https\r\nForwarded: host=evil.example\r\nConnection: close\r\n\r\n");
                assertThat(connection.readToEnd()).contains(world.url() + "/").doesNotContain("evil.example");
            }
        }
    }

    @Test
    @DisplayName("of a protected resource is found by its challenge, names what the client called, and one server"
            + " (RS-1, RS-2, RS-3, RS-4)")
    void protectedResource() {
        for (String name : List.of("demo", "other")) {
            String resource = world.url() + "/" + name + "/mcp";
            String challenge =
                    BROWSER.postJson(resource, "{}").header("WWW-Authenticate").orElseThrow();
            String found = challenge.replaceFirst(".*resource_metadata=\"([^\"]*)\".*", "$1");
            assertThat(found).isEqualTo(world.url() + PROTECTED_RESOURCE + "/" + name + "/mcp");
            JsonObject metadata = BROWSER.get(found).json();
            assertThat(metadata.getString("resource")).isEqualTo(resource);
            assertThat(metadata.getJsonArray("authorization_servers")).hasSize(1);
            assertThat(metadata.getJsonArray("bearer_methods_supported")).containsExactly("header");
        }
    }

    @Test
    @DisplayName("of a protected resource asks for its own scope and never for offline_access (RS-9)")
    void scopes() {
        JsonObject metadata = get(PROTECTED_RESOURCE + "/demo/mcp").json();
        assertThat(metadata.getJsonArray("scopes_supported")).containsExactly("mcp:demo");
        assertThat(BROWSER.postJson(world.mcpUrl(), "{}")
                        .header("WWW-Authenticate")
                        .orElseThrow())
                .doesNotContain("offline_access");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer", "password", "implicit"})
    @DisplayName("lists every grant type: another one is unsupported_grant_type (AS-44, AS-45)")
    void otherGrantTypes(String grantType) {
        TestClient client = TestClient.register(world);
        Answer answer = BROWSER.postForm(
                world.url() + "/token",
                Form.encode("grant_type", grantType, "client_id", client.id(), "assertion", "x"));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().getString("error")).isEqualTo("unsupported_grant_type");
    }

    private static Answer get(String path) {
        return BROWSER.get(world.url() + path);
    }
}
