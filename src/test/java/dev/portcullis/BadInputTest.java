package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Wrong requests get the right status and an error that names the mistake. */
class BadInputTest {
    private static World world;
    private final Browser browser = new Browser();

    @BeforeAll
    static void start() {
        world = World.start();
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    static Stream<Arguments> registrations() {
        return Stream.of(
                Arguments.of("{", "invalid_client_metadata"),
                Arguments.of("null", "invalid_client_metadata"),
                Arguments.of("[]", "invalid_client_metadata"),
                Arguments.of("{}", "invalid_redirect_uri"),
                Arguments.of("{\"redirect_uris\":[]}", "invalid_redirect_uri"),
                Arguments.of("{\"redirect_uris\":\"https://a.example/\"}", "invalid_client_metadata"),
                Arguments.of("{\"redirect_uris\":[1]}", "invalid_client_metadata"),
                Arguments.of("{\"redirect_uris\":[\"http://a.example/cb\"]}", "invalid_redirect_uri"),
                Arguments.of("{\"redirect_uris\":[\"javascript:alert(1)\"]}", "invalid_redirect_uri"),
                Arguments.of("{\"redirect_uris\":[\"https://a.example/cb#x\"]}", "invalid_redirect_uri"),
                Arguments.of("{\"redirect_uris\":[\"https://u@a.example/cb\"]}", "invalid_redirect_uri"),
                Arguments.of(
                        "{\"redirect_uris\":[\"https://a.example/cb\"],\"token_endpoint_auth_method\":\"tls_client_auth\"}",
                        "invalid_client_metadata"),
                Arguments.of(
                        "{\"redirect_uris\":[\"https://a.example/cb\"],\"grant_types\":[\"client_credentials\"]}",
                        "invalid_client_metadata"),
                Arguments.of(
                        "{\"redirect_uris\":[\"https://a.example/cb\"],\"client_name\":\"a\\u202eb\"}",
                        "invalid_client_metadata"));
    }

    @ParameterizedTest
    @MethodSource("registrations")
    void aRegistrationThatCannotBeIsRefused(String body, String error) {
        // CR-1, CR-5
        Answer answer = browser.postJson(world.url() + "/register", body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().getString("error")).isEqualTo(error);
        assertThat(answer.json().getString("error_description")).isNotBlank();
    }

    @Test
    void aRedirectUriWeCannotAllowIsDroppedAndTheOthersStay() {
        // CR-4; what Cursor sends
        Answer answer = browser.postJson(
                world.url() + "/register",
                "{\"redirect_uris\":[\"cursor://anysphere.cursor-mcp/oauth/callback\",\"https://www.cursor.com/agents/mcp/oauth/callback\"],\"application_type\":\"web\"}");
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.json().getJsonArray("redirect_uris").encode())
                .isEqualTo("[\"https://www.cursor.com/agents/mcp/oauth/callback\"]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/register", "/token", "/consent"})
    void aMegabyteIsTooMuch(String path) {
        String type = path.equals("/register") ? "application/json" : "application/x-www-form-urlencoded";
        assertThat(browser.post(world.url() + path, type, "a".repeat(1_000_000)).status())
                .isEqualTo(413);
    }

    @ParameterizedTest
    @CsvSource({"/register,text/plain", "/token,application/json", "/register,application/x-www-form-urlencoded"})
    void anotherContentTypeIs415(String path, String type) {
        Answer answer = browser.post(world.url() + path, type, "{}");
        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.json().getString("error")).isEqualTo("invalid_request");
        assertThat(answer.json().getString("error_description")).contains("Content-Type");
    }

    @Test
    void anUnknownClientGetsAPageAtAuthorizeAnd401AtToken() {
        // AS-13, AS-29
        Answer page = browser.get(world.url() + "/authorize?client_id=pcc_x.y.z&redirect_uri=https://evil.example/");
        assertThat(page.status()).isEqualTo(400);
        assertThat(page.header("Location")).isEmpty();
        assertThat(page.body()).contains("not registered here", "add it again").doesNotContain("evil.example");
        Answer token = browser.postForm(
                world.url() + "/token",
                Form.encode("grant_type", "refresh_token", "refresh_token", "x", "client_id", "gone"));
        assertThat(token.status()).isEqualTo(401);
        assertThat(token.json().getString("error")).isEqualTo("invalid_client");
    }

    @Test
    void anUnregisteredRedirectUriGetsAPage() {
        // AS-13, CR-2
        TestClient client = TestClient.register(world);
        for (String uri : new String[] {
            "http://localhost:7777/oauth/callback/",
            "http://127.0.0.1:7777/oauth/callback",
            "http://localhost:7777/oauth/callback?x=1",
            "http://localhost.evil.example:7777/oauth/callback",
            "http://u@localhost:7777/oauth/callback"
        }) {
            Answer page = browser.get(
                    world.url() + "/authorize?" + Form.encode("client_id", client.id(), "redirect_uri", uri));
            assertThat(page.status()).as(uri).isEqualTo(400);
            assertThat(page.header("Location")).isEmpty();
            assertThat(page.body()).contains("not one this client registered");
        }
    }

    @Test
    void thePortOfALoopbackRedirectIsFree() {
        // CR-2
        TestClient client = TestClient.register(world);
        String query = client.authorizationQuery().replace("7777", "49152");
        assertThat(browser.get(world.url() + "/authorize?" + query).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "response_type=code,response_type=token,unsupported_response_type",
        "response_type=code,x=1,response_type is missing",
        "code_challenge_method=S256,code_challenge_method=plain,code_challenge_method must be S256",
        "code_challenge_method=S256,x=1,code_challenge_method must be S256",
        "code_challenge=,x=,code_challenge is missing",
        "resource=,resource=urn:,invalid_target",
        "response_type=code,response_type=code&response_type=code,more than once"
    })
    void otherMistakesAreExplainedAndTheClientIsToldByAClickOnly(String from, String to, String expected) {
        // AS-11, AS-14, AS-15, AS-16, AS-38
        TestClient client = TestClient.register(world);
        Answer page = browser.get(
                world.url() + "/authorize?" + client.authorizationQuery().replace(from, to));
        assertThat(page.status()).as(page.body()).isEqualTo(400);
        assertThat(page.header("Location")).isEmpty();
        assertThat(page.body()).contains(expected).contains("iss=").contains("error=");
    }

    @Test
    void tokenRequestsNameTheirMistake() {
        // AS-25, AS-29
        TestClient client = TestClient.register(world);
        String url = world.url() + "/token";
        assertThat(error(browser.postForm(url, ""))).isEqualTo("invalid_request: grant_type is missing");
        assertThat(error(browser.postForm(url, "grant_type=a&grant_type=b"))).contains("more than once");
        assertThat(error(browser.postForm(url, "grant_type=password"))).startsWith("unsupported_grant_type");
        assertThat(error(browser.postForm(url, "grant_type=authorization_code")))
                .contains("client_id is missing");
        assertThat(error(browser.postForm(
                        url, Form.encode("grant_type", "authorization_code", "client_id", client.id()))))
                .contains("code is missing");
        assertThat(error(browser.postForm(url, "grant_type=%zz"))).contains("not well-formed");
        assertThat(error(browser.postForm(
                        url,
                        Form.encode(
                                "grant_type", "refresh_token", "client_id", client.id(), "refresh_token", "pcr_x"))))
                .startsWith("invalid_grant");
    }

    @Test
    void theResourceOfATokenRequestMustBeTheGrantedOne() {
        // AS-40
        TestClient client = TestClient.register(world);
        String code = client.code();
        Answer answer = browser.postForm(
                world.url() + "/token",
                Form.encode(
                        "grant_type",
                        "authorization_code",
                        "code",
                        code,
                        "client_id",
                        client.id(),
                        "code_verifier",
                        client.verifier(),
                        "resource",
                        world.url() + "/other/mcp"));
        assertThat(error(answer)).startsWith("invalid_target");
        assertThat(client.redeem(world.url(), code).status()).isEqualTo(200);
    }

    @Test
    void badBearersAre401WithAChallenge() {
        // RS-6, RS-7, RS-10, RS-12
        TestClient client = TestClient.register(world);
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        String good = tokens.getString("access_token");
        for (String bad : new String[] {
            "x",
            "a.b.c",
            good + "x",
            good.substring(0, good.length() - 4),
            tokens.getString("refresh_token"),
            "eyJhbGciOiJub25lIn0.e30."
        }) {
            Answer answer = client.echo(world.mcpUrl(), bad, "hi");
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.header("WWW-Authenticate").orElseThrow()).contains("error=\"invalid_token\"");
        }
        assertThat(browser.postJson(world.mcpUrl() + "?access_token=" + good, "{}")
                        .status())
                .isEqualTo(401);
        assertThat(client.echo(world.mcpUrl(), good, "hi").status()).isEqualTo(200);
    }

    @Test
    void unknownAddressesAre404Json() {
        // AS-6, RS-5
        for (String path : new String[] {
            "/nothing/mcp",
            "/.well-known/oauth-protected-resource",
            "/.well-known/oauth-authorization-server/demo/mcp",
            "/.well-known/openid-configuration"
        }) {
            Answer answer = browser.get(world.url() + path);
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(answer.json().getString("error")).isEqualTo("not_found");
        }
    }

    @Test
    void anOriginThatIsNotAllowedIs403() {
        // TR-1
        Answer answer = browser.postJson(world.mcpUrl(), "{}", "Origin", "https://evil.example");
        assertThat(answer.status()).isEqualTo(403);
    }

    private static String error(Answer answer) {
        return answer.json().getString("error") + ": " + answer.json().getString("error_description");
    }
}
