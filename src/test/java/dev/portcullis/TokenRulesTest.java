package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.Digests;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What codes, refresh tokens, scopes and resources are worth, rule by rule. The demo server needs two scopes, the other one the usual. */
class TokenRulesTest {
    private static World world;

    @BeforeAll
    static void start() {
        world = World.start(configuration -> configuration
                .getJsonObject("upstreams")
                .getJsonObject("demo")
                .put("scopes", new JsonArray().add("demo:read").add("demo:write")));
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @Test
    @DisplayName("AS-24: a replay with the right verifier ends the grant; one with a wrong verifier ends nothing")
    void aReplayEndsTheGrantOnlyWithTheRightVerifier() {
        TestClient client = TestClient.register(world);
        String code = client.code();
        String refreshToken = client.redeem(world.url(), code).json().getString("refresh_token");
        Answer guessed =
                token(client, "grant_type", "authorization_code", "code", code, "code_verifier", "x".repeat(43));
        assertError(guessed, "invalid_grant");
        Answer next = client.refresh(world.url(), refreshToken);
        assertThat(next.status()).isEqualTo(200);
        assertError(client.redeem(world.url(), code), "invalid_grant");
        assertError(client.refresh(world.url(), next.json().getString("refresh_token")), "invalid_grant");
        assertError(client.refresh(world.url(), refreshToken), "invalid_grant");
    }

    @Test
    @DisplayName(
            "AS-24: code injection: a stolen code is worth nothing to another client, with its own or with the stolen verifier, and stays good for its owner")
    void aStolenCodeIsWorthNothingToAnotherClient() {
        TestClient owner = TestClient.register(world);
        String code = owner.code();
        TestClient thief = TestClient.register(world);
        assertError(thief.redeem(world.url(), code), "invalid_grant");
        assertError(
                token(thief, "grant_type", "authorization_code", "code", code, "code_verifier", owner.verifier()),
                "invalid_grant");
        // Injected into the victim's own client, it meets the verifier of another flow.
        TestClient victim = TestClient.register(world);
        assertError(
                token(owner, "grant_type", "authorization_code", "code", code, "code_verifier", victim.verifier()),
                "invalid_grant");
        assertThat(owner.redeem(world.url(), code).status()).isEqualTo(200);
    }

    @Test
    @DisplayName("AS-26: no PKCE downgrade: no challenge, method plain, and a code without its verifier are refused")
    void pkceCannotBeDowngraded() {
        TestClient client = TestClient.register(world);
        String base =
                Form.encode("client_id", client.id(), "redirect_uri", TestClient.REDIRECT_URI, "response_type", "code");
        for (String challenge : List.of(
                "",
                "&" + Form.encode("code_challenge", client.verifier()),
                "&" + Form.encode("code_challenge", client.verifier(), "code_challenge_method", "plain"),
                "&" + Form.encode("code_challenge_method", "S256"))) {
            Answer page = client.browser().get(world.url() + "/authorize?" + base + challenge);
            assertThat(page.status()).as(challenge).isEqualTo(400);
            assertThat(page.body()).contains("invalid_request");
        }
        String code = client.code();
        assertError(token(client, "grant_type", "authorization_code", "code", code), "invalid_request");
        assertError(
                token(
                        client,
                        "grant_type",
                        "authorization_code",
                        "code",
                        code,
                        "code_verifier",
                        Digests.sha256(client.verifier())),
                "invalid_grant");
        assertThat(client.redeem(world.url(), code).status()).isEqualTo(200);
    }

    @Test
    @DisplayName("AS-27: redirect_uri may be left out of the token request, but must be right where it is sent")
    void theRedirectUriOfATokenRequestIsOptionalButCompared() {
        TestClient client = TestClient.register(world);
        String code = client.code();
        assertError(
                token(
                        client,
                        "grant_type",
                        "authorization_code",
                        "code",
                        code,
                        "code_verifier",
                        client.verifier(),
                        "redirect_uri",
                        TestClient.REDIRECT_URI + "/"),
                "invalid_grant");
        assertThat(token(client, "grant_type", "authorization_code", "code", code, "code_verifier", client.verifier())
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @DisplayName("AS-25: a parameter that comes twice is invalid_request, one that nobody knows is ignored")
    @ValueSource(strings = {"code", "code_verifier", "grant_type", "client_id", "redirect_uri"})
    void aRepeatedParameterIsInvalid(String name) {
        TestClient client = TestClient.register(world);
        List<String> good = List.of(
                "grant_type",
                "authorization_code",
                "code",
                client.code(),
                "code_verifier",
                client.verifier(),
                "redirect_uri",
                TestClient.REDIRECT_URI,
                "client_id",
                client.id());
        List<String> twice = new ArrayList<>(good);
        twice.addAll(List.of(name, good.get(good.indexOf(name) + 1)));
        assertError(post(client, twice), "invalid_request");
        List<String> unknown = new ArrayList<>(good);
        unknown.addAll(List.of("favourite_colour", "blue"));
        assertThat(post(client, unknown).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "openid email profile           | demo:read demo:write",
                "` offline_access`              | demo:read demo:write offline_access",
                "``                             | demo:read demo:write",
                "openid demo:read  email        | demo:read",
                "demo:write demo:read           | demo:write demo:read",
                "mcp:other                      | demo:read demo:write",
            })
    @DisplayName(
            "AS-28, AS-36, AS-37: what is asked for is narrowed to what the server knows, never refused, and the answer says so")
    void scopesAreNarrowedNotRefused(String asked, String granted) {
        TestClient client = TestClient.register(world);
        Answer answer = client.redeem(world.url(), codeFor(client, asked));
        assertThat(answer.json().getString("scope")).isEqualTo(granted);
        assertThat(answer.json().getString("refresh_token")).startsWith("pcr_");
    }

    @Test
    @DisplayName(
            "AS-36: a client that did not register the refresh_token grant gets none, and offline_access is left out of its scope")
    void withoutTheRefreshGrantThereIsNoRefreshToken() {
        TestClient client = TestClient.register(world);
        String id = client.browser()
                .postJson(
                        world.url() + "/register",
                        TestClient.registration()
                                .put("grant_types", new JsonArray().add("authorization_code"))
                                .encode())
                .json()
                .getString("client_id");
        String query = client.authorizationQuery("scope", "demo:read offline_access")
                .replace(Form.encode("client_id", client.id()), Form.encode("client_id", id));
        Answer toCognito = client.approve(world.url(), client.browser().get(world.url() + "/authorize?" + query));
        String code = client.callback(world.url(), client.signIn(toCognito))
                .parameter("code")
                .orElseThrow();
        Answer answer = post(
                client,
                List.of(
                        "grant_type",
                        "authorization_code",
                        "code",
                        code,
                        "code_verifier",
                        client.verifier(),
                        "client_id",
                        id));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().containsKey("refresh_token")).isFalse();
        assertThat(answer.json().getString("scope")).isEqualTo("demo:read");
    }

    @Test
    @DisplayName(
            "RS-13, RS-15: step-up: a token that lacks a scope is 403 with everything the server needs, and one more authorization is enough")
    void aMissingScopeIsAskedForAtOnce() {
        TestClient client = TestClient.register(world);
        String narrow =
                client.redeem(world.url(), codeFor(client, "demo:read")).json().getString("access_token");
        Answer refused = client.echo(world.mcpUrl(), narrow, "hi");
        assertThat(refused.status()).isEqualTo(403);
        String challenge = refused.header("WWW-Authenticate").orElseThrow();
        assertThat(challenge)
                .startsWith("Bearer ")
                .contains("error=\"insufficient_scope\"", "scope=\"demo:read demo:write\"")
                .contains("resource_metadata=\"" + world.url() + "/.well-known/oauth-protected-resource/demo/mcp\"")
                // RS-9
                .doesNotContain("offline_access");
        String wide = client.redeem(world.url(), codeFor(client, "demo:read demo:write"))
                .json()
                .getString("access_token");
        assertThat(client.echo(world.mcpUrl(), wide, "hi").status()).isEqualTo(200);
    }

    @Test
    @DisplayName(
            "AS-32: a refresh may ask for less and gets less, but the grant keeps its scope; more than was granted is never given")
    void aRefreshMayAskForLess() {
        TestClient client = TestClient.register(world);
        String all = client.redeem(world.url(), client.code()).json().getString("refresh_token");
        JsonObject less = refresh(client, all, "scope", "demo:read").json();
        assertThat(less.getString("scope")).isEqualTo("demo:read");
        assertThat(claims(less.getString("access_token")).getString("scope")).isEqualTo("demo:read");
        JsonObject again = refresh(client, less.getString("refresh_token")).json();
        assertThat(again.getString("scope")).isEqualTo("demo:read demo:write");

        String narrow =
                client.redeem(world.url(), codeFor(client, "demo:read")).json().getString("refresh_token");
        JsonObject more =
                refresh(client, narrow, "scope", "demo:read demo:write openid").json();
        assertThat(more.getString("scope")).isEqualTo("demo:read");
        assertThat(claims(more.getString("access_token")).getString("scope")).isEqualTo("demo:read");
        assertError(refresh(client, narrow, "scope", "demo\"read"), "invalid_scope");
    }

    @Test
    @DisplayName("tokens.subject: client names the client in sub; servers are told of the same user all the same")
    void theSubjectMayBeTheClient() {
        try (World own =
                World.start(configuration -> configuration.put("tokens", new JsonObject().put("subject", "client")))) {
            TestClient client = TestClient.register(own);
            JsonObject tokens = client.redeem(own.url(), client.code()).json();
            String refreshed = client.refresh(own.url(), tokens.getString("refresh_token"))
                    .json()
                    .getString("access_token");
            for (String token : List.of(tokens.getString("access_token"), refreshed)) {
                assertThat(claims(token).getString("sub")).isEqualTo(client.id());
                assertThat(client.echo(own.mcpUrl(), token, "hi").status()).isEqualTo(200);
                assertThat(client.whoami(own.mcpUrl(), token).body()).contains(World.USER);
            }
        }
        TestClient usual = TestClient.register(world);
        assertThat(claims(usual.accessToken()).getString("sub")).isNotEqualTo(usual.id());
    }

    @Test
    @DisplayName("AS-32: a refresh token is for the client and the resource it was issued for")
    void aRefreshTokenIsBoundToClientAndResource() {
        TestClient client = TestClient.register(world);
        String token = client.redeem(world.url(), client.code()).json().getString("refresh_token");
        assertError(TestClient.register(world).refresh(world.url(), token), "invalid_grant");
        assertError(refresh(client, token, "resource", world.url() + "/other/mcp"), "invalid_target");
        assertError(
                refresh(client, token, "resource", world.mcpUrl(), "resource", world.url() + "/other/mcp"),
                "invalid_target");
        Answer named = refresh(client, token, "resource", world.mcpUrl() + "/");
        assertThat(claims(named.json().getString("access_token")).getString("aud"))
                .isEqualTo(world.mcpUrl());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{url}", "{url}/", "{URL}", "{url}?tenant=blue"})
    @DisplayName("AS-38, AS-39: spellings of one resource mean that resource, and aud is the canonical one")
    void spellingsOfOneResource(String spelling) {
        TestClient client = TestClient.register(world);
        String resource = spelling.replace("{url}", world.mcpUrl())
                .replace("{URL}", world.mcpUrl().replace("http://localhost", "HTTP://LOCALHOST"));
        String code = codeOf(
                client,
                client.authorizationQuery()
                        .replace(Form.encode("resource", world.mcpUrl()), Form.encode("resource", resource)));
        Answer answer = token(
                client,
                "grant_type",
                "authorization_code",
                "code",
                code,
                "code_verifier",
                client.verifier(),
                "resource",
                resource);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(claims(answer.json().getString("access_token")).getString("aud"))
                .isEqualTo(world.mcpUrl());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/demo/mcp",
                "{origin}",
                "{origin}/",
                "{origin}/nothing/mcp",
                "{url}#part",
                "urn:demo",
                "https://evil.example/demo/mcp",
                "{url}/../../other/mcp",
                "http://user@{authority}/demo/mcp"
            })
    @DisplayName("AS-38, AS-40: a resource that is not here, or is malformed, is invalid_target at both endpoints")
    void anUnknownResourceIsInvalidTarget(String spelling) {
        TestClient client = TestClient.register(world);
        String resource = spelling.replace("{url}", world.mcpUrl())
                .replace("{origin}", world.url())
                .replace("{authority}", world.url().substring("http://".length()));
        String query = client.authorizationQuery()
                .replace(Form.encode("resource", world.mcpUrl()), Form.encode("resource", resource));
        Answer page = client.browser().get(world.url() + "/authorize?" + query);
        assertThat(page.status()).isEqualTo(400);
        assertThat(page.body()).contains("invalid_target");
        String code = client.code();
        assertError(
                token(
                        client,
                        "grant_type",
                        "authorization_code",
                        "code",
                        code,
                        "code_verifier",
                        client.verifier(),
                        "resource",
                        resource),
                "invalid_target");
        assertThat(client.redeem(world.url(), code).status()).isEqualTo(200);
    }

    @Test
    @DisplayName("AS-40: a token is for one resource: two of them are invalid_target, the same one twice is one")
    void twoResourcesAreOneTooMany() {
        TestClient client = TestClient.register(world);
        Answer two = client.browser()
                .get(world.url() + "/authorize?" + client.authorizationQuery("resource", world.url() + "/other/mcp"));
        assertThat(two.status()).isEqualTo(400);
        assertThat(two.body()).contains("invalid_target");
        assertThat(client.browser()
                        .get(world.url() + "/authorize?" + client.authorizationQuery("resource", world.mcpUrl() + "/"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    @DisplayName(
            "AS-41: without resource there is no token for everything: refused where several servers are here, the default one where it is configured")
    void withoutAResourceAPolicyDecides() {
        TestClient client = TestClient.register(world);
        Answer page = client.browser().get(world.url() + "/authorize?" + withoutResource(world, client));
        assertThat(page.status()).isEqualTo(400);
        assertThat(page.body()).contains("invalid_target");
        World defaulting = World.start(
                configuration -> configuration.put("resources", new JsonObject().put("defaultUpstream", "other")));
        try {
            TestClient old = TestClient.register(defaulting);
            Answer consent = old.browser().get(defaulting.url() + "/authorize?" + withoutResource(defaulting, old));
            String code = old.callback(defaulting.url(), old.signIn(old.approve(defaulting.url(), consent)))
                    .parameter("code")
                    .orElseThrow();
            Answer answer = old.browser()
                    .postForm(
                            defaulting.url() + "/token",
                            Form.encode(
                                    "grant_type",
                                    "authorization_code",
                                    "code",
                                    code,
                                    "client_id",
                                    old.id(),
                                    "code_verifier",
                                    old.verifier()));
            assertThat(claims(answer.json().getString("access_token")).getString("aud"))
                    .isEqualTo(defaulting.url() + "/other/mcp");
        } finally {
            defaulting.close();
        }
    }

    @Test
    @DisplayName(
            "AS-29: a confidential client authenticates at every refresh; a wrong secret is 401 with the scheme it used")
    void aConfidentialClientAuthenticates() {
        TestClient client = TestClient.register(world);
        JsonObject registered = client.browser()
                .postJson(
                        world.url() + "/register",
                        TestClient.registration()
                                .put("token_endpoint_auth_method", "client_secret_basic")
                                .encode())
                .json();
        String form = Form.encode("grant_type", "refresh_token", "refresh_token", "x");
        Answer wrong = client.browser()
                .postForm(
                        world.url() + "/token", form, "Authorization", basic(registered.getString("client_id"), "no"));
        assertThat(wrong.status()).isEqualTo(401);
        assertThat(wrong.json().getString("error")).isEqualTo("invalid_client");
        assertThat(wrong.header("WWW-Authenticate").orElseThrow()).startsWith("Basic ");
        Answer none = client.browser()
                .postForm(
                        world.url() + "/token",
                        form + "&" + Form.encode("client_id", registered.getString("client_id")));
        assertThat(none.status()).isEqualTo(401);
        Answer right = client.browser()
                .postForm(
                        world.url() + "/token",
                        form,
                        "Authorization",
                        basic(registered.getString("client_id"), registered.getString("client_secret")));
        assertError(right, "invalid_grant");
    }

    private static String withoutResource(World at, TestClient client) {
        return client.authorizationQuery().replace("&" + Form.encode("resource", at.mcpUrl()), "");
    }

    private static String codeFor(TestClient client, String scope) {
        return codeOf(client, client.authorizationQuery("scope", scope));
    }

    private static String codeOf(TestClient client, String query) {
        Answer toCognito = client.approve(world.url(), client.browser().get(world.url() + "/authorize?" + query));
        return client.callback(world.url(), client.signIn(toCognito))
                .parameter("code")
                .orElseThrow();
    }

    private static Answer refresh(TestClient client, String token, String... more) {
        List<String> form = new ArrayList<>(
                List.of("grant_type", "refresh_token", "refresh_token", token, "client_id", client.id()));
        form.addAll(List.of(more));
        return post(client, form);
    }

    private static Answer token(TestClient client, String... pairs) {
        List<String> form = new ArrayList<>(List.of(pairs));
        form.addAll(List.of("client_id", client.id()));
        return post(client, form);
    }

    private static Answer post(TestClient client, List<String> form) {
        return client.browser().postForm(world.url() + "/token", Form.encode(form.toArray(String[]::new)));
    }

    private static void assertError(Answer answer, String error) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.json().getString("error")).isEqualTo(error);
        assertThat(answer.header("Cache-Control")).hasValue("no-store");
    }

    private static String basic(String id, String secret) {
        return "Basic " + Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(StandardCharsets.UTF_8));
    }

    private static JsonObject claims(String jwt) {
        return new JsonObject(new String(Base64.getUrlDecoder().decode(jwt.split("\\.")[1]), StandardCharsets.UTF_8));
    }
}
