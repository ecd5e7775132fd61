package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dynamic registration (RFC 7591), with what clients in the field send. */
class RegistrationTest {
    private static World world;
    private final Browser browser = new Browser();

    @BeforeAll
    static void start() {
        world = World.start(configuration -> configuration.put(
                "registration",
                new JsonObject()
                        .put("privateUseSchemes", new JsonArray().add("cursor"))
                        .put("maxRedirectUris", 6)));
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @Test
    @DisplayName("CR-4, CR-6: the answer holds everything that was registered, defaults included, and nothing else")
    void theAnswerIsWhatWasRegistered() {
        Answer answer = register(new JsonObject()
                .put("redirect_uris", array("https://app.example/cb"))
                .put("client_name", "Some App")
                .put("client_uri", "https://app.example/")
                .put("scope", " openid  offline_access")
                .put("logo_uri", "https://app.example/logo.svg")
                .put("contacts", array("a@app.example"))
                .put("software_id", "x")
                .put("software_statement", "eyJ.x.y")
                .put("client_name#de", "Eine App")
                .put("client_id", "mine")
                .put("client_secret", "mine")
                .put("made_up", new JsonObject().put("deep", array("x"))));
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        assertThat(answer.header("Cache-Control")).hasValue("no-store");
        assertThat(answer.header("Content-Type")).hasValue("application/json");
        JsonObject registered = answer.json();
        assertThat(registered.fieldNames())
                .containsExactlyInAnyOrder(
                        "client_id",
                        "client_id_issued_at",
                        "client_secret",
                        "client_secret_expires_at",
                        "client_name",
                        "client_uri",
                        "redirect_uris",
                        "grant_types",
                        "response_types",
                        "token_endpoint_auth_method",
                        "scope");
        assertThat(registered.getString("client_id")).isNotEqualTo("mine");
        assertThat(registered.getString("client_secret")).isNotEqualTo("mine");
        assertThat(registered.getString("token_endpoint_auth_method")).isEqualTo("client_secret_basic");
        assertThat(registered.getJsonArray("grant_types")).isEqualTo(array("authorization_code"));
        assertThat(registered.getJsonArray("response_types")).isEqualTo(array("code"));
        assertThat(registered.getString("scope")).isEqualTo("openid offline_access");
        assertThat(registered.getLong("client_id_issued_at")).isPositive();
        assertThat(registered.getInteger("client_secret_expires_at")).isZero();
    }

    @Test
    @DisplayName("CR-4: a public client gets no secret; some clients take one for a protocol error")
    void aPublicClientGetsNoSecret() {
        JsonObject registered = register(TestClient.registration()).json();
        assertThat(registered.getString("token_endpoint_auth_method")).isEqualTo("none");
        assertThat(registered.containsKey("client_secret")).isFalse();
        assertThat(registered.containsKey("client_secret_expires_at")).isFalse();
    }

    @ParameterizedTest
    @DisplayName("CR-6: the client authenticates as it says it will")
    @ValueSource(strings = {"client_secret_basic", "client_secret_post"})
    void confidentialClients(String method) {
        JsonObject registered = register(TestClient.registration().put("token_endpoint_auth_method", method))
                .json();
        assertThat(registered.getString("token_endpoint_auth_method")).isEqualTo(method);
        assertThat(registered.getString("client_secret")).hasSize(43);
    }

    @Test
    @DisplayName("CR-6: what is not offered is left out, what is needed stays")
    void substitutions() {
        JsonObject registered = register(TestClient.registration()
                        .put("grant_types", array("implicit", "refresh_token", "authorization_code", "password"))
                        .put("response_types", array("token", "code")))
                .json();
        assertThat(registered.getJsonArray("grant_types")).isEqualTo(array("refresh_token", "authorization_code"));
        assertThat(registered.getJsonArray("response_types")).isEqualTo(array("code"));
    }

    @Test
    @DisplayName("CR-4: null is the same as nothing, and so is an empty text")
    void nullIsNothing() {
        Answer answer = register(new JsonObject()
                .put("redirect_uris", array("https://app.example/cb"))
                .putNull("client_name")
                .putNull("grant_types")
                .putNull("application_type")
                .put("client_uri", "")
                .put("scope", " "));
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        assertThat(answer.json().fieldNames()).doesNotContain("client_name", "application_type", "client_uri", "scope");
    }

    @ParameterizedTest
    @DisplayName("CR-7: application_type is kept as it came; it forbids neither localhost nor https")
    @CsvSource({
        "web,http://localhost:1234/cb",
        "web,cursor://anysphere.cursor-mcp/oauth/callback",
        "native,https://vscode.dev/redirect",
        "native,http://127.0.0.1:33418",
        ",http://localhost:1234/cb"
    })
    void applicationType(String type, String redirectUri) {
        JsonObject request = TestClient.registration().put("redirect_uris", array(redirectUri));
        Answer answer = register(type == null ? request : request.put("application_type", type));
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        assertThat(answer.json().getString("application_type")).isEqualTo(type);
        assertThat(answer.json().getJsonArray("redirect_uris")).isEqualTo(array(redirectUri));
    }

    @Test
    @DisplayName("CR-1: what VS Code and Cursor send, private-use scheme included where the operator allows it")
    void vsCodeAndCursor() {
        JsonArray vsCode = array(
                "https://insiders.vscode.dev/redirect",
                "https://vscode.dev/redirect",
                "http://127.0.0.1/",
                "http://127.0.0.1:33418/");
        assertThat(register(TestClient.registration().put("redirect_uris", vsCode))
                        .json()
                        .getJsonArray("redirect_uris"))
                .isEqualTo(vsCode);
        JsonArray cursor = array(
                "cursor://anysphere.cursor-mcp/oauth/callback",
                "https://www.cursor.com/agents/mcp/oauth/callback",
                "http://localhost:8787/callback");
        JsonObject registered = register(
                        TestClient.registration().put("redirect_uris", cursor).put("application_type", "web"))
                .json();
        assertThat(registered.getJsonArray("redirect_uris")).isEqualTo(cursor);
    }

    @Test
    @DisplayName("CR-1, CR-5: what cannot be allowed is dropped; where nothing remains it is invalid_redirect_uri")
    void droppedRedirectUris() {
        JsonObject some = TestClient.registration()
                .put(
                        "redirect_uris",
                        array("vscode://x/cb", "http://a.example/cb", "https://a.example/cb", "https://a.example/cb"));
        assertThat(register(some).json().getJsonArray("redirect_uris")).isEqualTo(array("https://a.example/cb"));
        Answer none = register(TestClient.registration().put("redirect_uris", array("vscode://x/cb")));
        assertThat(none.status()).isEqualTo(400);
        assertThat(none.json().getString("error")).isEqualTo("invalid_redirect_uri");
    }

    @Test
    @DisplayName("CR-9: numbers and sizes have their bounds")
    void bounds() {
        JsonArray seven = new JsonArray();
        for (int i = 0; i < 7; i++) {
            seven.add("https://a.example/" + i);
        }
        assertThat(error(TestClient.registration().put("redirect_uris", seven))).isEqualTo("invalid_redirect_uri");
        assertThat(error(TestClient.registration().put("client_name", "n".repeat(201))))
                .isEqualTo("invalid_client_metadata");
        assertThat(error(TestClient.registration()
                        .put(
                                "redirect_uris",
                                array(
                                        "https://a.example/" + "a".repeat(1900),
                                        "https://a.example/" + "b".repeat(1900)))))
                .isEqualTo("invalid_client_metadata");
        assertThat(error(
                        TestClient.registration().put("redirect_uris", array("https://a.example/" + "a".repeat(2000)))))
                .isEqualTo("invalid_redirect_uri");
        assertThat(error(TestClient.registration().put("scope", "s".repeat(1001))))
                .isEqualTo("invalid_client_metadata");
    }

    @Test
    @DisplayName(
            "CR-10, CR-18, SEC-9: of a client that registered itself the page shows a name that nobody verified, and no"
                    + " picture or link of its own")
    void nothingOfTheClientsOwnIsFetchedOrShown() {
        TestClient client = TestClient.register(
                world,
                TestClient.registration()
                        .put("client_name", "Some App")
                        .put("client_uri", "https://app.example/home")
                        .put("logo_uri", "https://app.example/logo.svg")
                        .put("tos_uri", "javascript:alert(1)")
                        .put("policy_uri", "https://app.example/policy"));
        String page = client.authorize(world.url()).body();
        assertThat(page)
                .contains("Some App", "nobody has verified it")
                .doesNotContain("<img", "app.example", "javascript:", "policy");
    }

    @Test
    @DisplayName("CR-4: the same metadata registered twice is two clients with two secrets")
    void twiceIsTwo() {
        JsonObject request = TestClient.registration().put("token_endpoint_auth_method", "client_secret_post");
        JsonObject first = register(request).json();
        JsonObject second = register(request).json();
        assertThat(first.getString("client_id")).isNotEqualTo(second.getString("client_id"));
        assertThat(first.getString("client_secret")).isNotEqualTo(second.getString("client_secret"));
    }

    @Test
    @DisplayName("CR-4: any media type parameter is fine, and other origins may register")
    void mediaTypeAndOrigin() {
        Answer answer = browser.post(
                world.url() + "/register",
                "Application/JSON; charset=utf-8",
                TestClient.registration().encode(),
                "Origin",
                "https://app.example");
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header("Access-Control-Allow-Origin")).hasValue("*");
    }

    @Test
    @DisplayName(
            "CR-6: a client that picks private_key_jwt from our metadata gets a secret instead, and gets on with it")
    void keysAreReplacedByASecret() {
        assertThat(browser.get(world.url() + "/.well-known/oauth-authorization-server")
                        .json()
                        .getJsonArray("token_endpoint_auth_methods_supported"))
                .contains("private_key_jwt");
        Answer answer = register(TestClient.registration()
                .put("token_endpoint_auth_method", "private_key_jwt")
                .put("jwks_uri", "https://app.example/jwks.json"));
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        assertThat(answer.json().getString("token_endpoint_auth_method")).isEqualTo("client_secret_basic");
        assertThat(answer.json().containsKey("jwks_uri")).isFalse();
        TestClient client = TestClient.known(
                world,
                answer.json().getString("client_id"),
                answer.json().getString("client_secret"),
                TestClient.REDIRECT_URI);
        assertThat(client.redeem(world.url(), client.code()).status()).isEqualTo(200);
        assertThat(error(TestClient.registration().put("token_endpoint_auth_method", "tls_client_auth")))
                .isEqualTo("invalid_client_metadata");
    }

    @ParameterizedTest
    @DisplayName("CR-5: characters of a name that nobody sees are no reason to turn a client away")
    @CsvSource({
        "Family \ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67,Family \ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67",
        "Rainbow \ud83c\udff3\ufe0f\u200d\ud83c\udf08,Rainbow \ud83c\udff3\ufe0f\u200d\ud83c\udf08",
        "Cl\u200daude,Claude",
        "Cl\u200b\u00ad\ufeffaude,Claude",
        "Young \ud83e\udee9!,Young !"
    })
    void invisibleCharactersOfANameAreDropped(String name, String kept) {
        Answer answer = register(TestClient.registration().put("client_name", name));
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        assertThat(answer.json().getString("client_name")).isEqualTo(kept);
    }

    @ParameterizedTest
    @DisplayName("CR-5: what reorders text, breaks lines or is no character keeps a name out")
    @ValueSource(strings = {"a\u202eb", "a\u202ab", "a\u200fb", "a\u2066b", "a\u061cb", "a\nb", "a\u0000b", "a\u2028b"})
    void deceptiveNamesAreRefused(String name) {
        assertThat(error(TestClient.registration().put("client_name", name))).isEqualTo("invalid_client_metadata");
    }

    @Test
    @DisplayName("CR-9: switched off, nobody registers any more; who did before goes on")
    void switchedOffItKeepsWhoIsRegistered() {
        try (World two = World.start(2, configuration -> {
            String port = ":" + configuration.getJsonObject("listen").getInteger("port");
            boolean second = !configuration.getString("publicUrl").endsWith(port);
            configuration.put("registration", new JsonObject().put("enabled", !second));
        })) {
            TestClient client = TestClient.register(two);
            String closed = two.gateway(1);
            assertThat(browser.postJson(
                                    closed + "/register",
                                    TestClient.registration().encode())
                            .status())
                    .isEqualTo(404);
            Answer page = client.authorize(closed);
            assertThat(page.status()).isEqualTo(200);
            Answer back = client.callback(closed, client.signIn(client.approve(closed, page)));
            assertThat(client.redeem(closed, back.parameter("code").orElseThrow())
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    @DisplayName("CR-9: switched off, registration is neither served nor advertised")
    void switchedOff() {
        try (World closed = World.start(
                configuration -> configuration.put("registration", new JsonObject().put("enabled", false)))) {
            Answer answer = browser.postJson(
                    closed.url() + "/register", TestClient.registration().encode());
            assertThat(answer.status()).isEqualTo(404);
            JsonObject metadata = browser.get(closed.url() + "/.well-known/oauth-authorization-server")
                    .json();
            assertThat(metadata.containsKey("registration_endpoint")).isFalse();
            assertThat(browser.get(world.url() + "/.well-known/oauth-authorization-server")
                            .json()
                            .getString("registration_endpoint"))
                    .isEqualTo(world.url() + "/register");
        }
    }

    private Answer register(JsonObject request) {
        return browser.postJson(world.url() + "/register", request.encode());
    }

    private String error(JsonObject request) {
        Answer answer = register(request);
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        return answer.json().getString("error");
    }

    private static JsonArray array(String... values) {
        return new JsonArray(List.of(values));
    }
}
