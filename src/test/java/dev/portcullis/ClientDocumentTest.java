package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.dev.redis.LocalRedis;
import dev.portcullis.dev.redis.LocalRedisException;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.DocumentHost;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients whose id is the address of a document, through two gateways; the documents are on this machine, as in development. */
class ClientDocumentTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    // Of its own: what other tests keep for the same user is sealed with keys of theirs.
    private static LocalRedis redis;
    private static World world;
    private static DocumentHost site;
    private final Browser browser = new Browser();

    @BeforeAll
    static void start() throws LocalRedisException {
        redis = LocalRedis.start(LocalRedis.Options.standard());
        site = DocumentHost.start();
        world = World.start(
                2,
                configuration -> configuration
                        .put("redis", new JsonObject().put("url", redis.url()))
                        .put(
                                "clientDocuments",
                                new JsonObject()
                                        .put("loopback", true)
                                        .put("deny", new JsonArray().add("denied.example"))
                                        .put("timeout", "700ms")
                                        .put("cache", new JsonObject().put("minTtl", "0s"))));
    }

    @AfterAll
    static void stop() {
        world.close();
        site.close();
        redis.close();
    }

    /** A good document, of a public client. */
    private static JsonObject document(String path) {
        return new JsonObject()
                .put("client_id", site.url(path))
                .put("client_name", "Documented Client")
                .put("redirect_uris", new JsonArray().add(TestClient.REDIRECT_URI))
                .put("grant_types", new JsonArray().add("authorization_code").add("refresh_token"))
                .put("token_endpoint_auth_method", "none");
    }

    private static TestClient client(String path) {
        return TestClient.withId(world, site.url(path));
    }

    @Test
    @DisplayName("CR-11: the whole flow without registration, the document fetched once for two gateways")
    void theWholeFlow() {
        site.serve("/flow.json", document("/flow.json"), "Cache-Control", "max-age=600");
        TestClient client = client("/flow.json");
        Answer page = client.authorize(world.gateway(0));
        assertThat(page.status()).as(page.body()).isEqualTo(200);
        String code = client.callback(world.gateway(0), client.signIn(client.approve(world.gateway(1), page)))
                .parameter("code")
                .orElseThrow();
        JsonObject tokens = client.redeem(world.gateway(1), code).json();
        assertThat(client.echo(world.mcpUrl(), tokens.getString("access_token"), "hi")
                        .body())
                .contains("hi");
        assertThat(client.whoami(world.mcpUrl(), tokens.getString("access_token"))
                        .json()
                        .getJsonObject("result")
                        .getJsonObject("structuredContent")
                        .getString("client"))
                .isEqualTo(site.url("/flow.json"));
        Answer refreshed = client.refresh(world.gateway(0), tokens.getString("refresh_token"));
        assertThat(refreshed.status()).as(refreshed.body()).isEqualTo(200);
        assertThat(site.hits("/flow.json")).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "CR-17: the consent page shows who vouches for the client, and warns that any local program could claim to be it")
    void theConsentPageShowsTheHost() {
        site.serve("/page.json", document("/page.json"));
        assertThat(client("/page.json").authorize(world.url()).body())
                .contains("Documented Client", "localhost:" + site.port(), "localhost:7777")
                .contains("an application of", "could claim to be the application of");
        site.serve(
                "/web.json",
                document("/web.json").put("redirect_uris", new JsonArray().add("https://client.example/cb")));
        Answer page = browser.get(world.url() + "/authorize?"
                + Form.encode("client_id", site.url("/web.json"), "redirect_uri", "https://client.example/cb")
                + "&"
                + Form.encode("response_type", "code", "code_challenge_method", "S256")
                + "&"
                + Form.encode("code_challenge", "x".repeat(43), "resource", world.mcpUrl()));
        assertThat(page.status()).as(page.body()).isEqualTo(200);
        assertThat(page.body())
                .contains("localhost:" + site.port(), "client.example")
                .doesNotContain("could claim to be");
    }

    @Test
    @DisplayName("CR-17: among the connected applications it stands with its name and the host that vouches for it")
    void theConnectionsPageShowsNameAndHost() {
        site.serve(
                "/connected.json",
                document("/connected.json").put("client_name", "<b>Connected</b> Client"),
                "Cache-Control",
                "max-age=600");
        TestClient client = client("/connected.json");
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        Browser person = client.browser();
        Answer toCognito = person.get(world.url() + "/connections");
        Answer back = client.callback(world.url(), client.signIn(toCognito));
        Answer page = person.get(back.location().toString());
        assertThat(page.body())
                .contains("&lt;b>Connected&lt;/b> Client", "localhost:" + site.port(), "<bdi>Demo</bdi>")
                .doesNotContain("<b>Connected");
        person.postForm(world.url() + "/connections", Form.fill(page.body(), "disconnect", "all"));
        assertThat(person.get(world.url() + "/connections").body()).doesNotContain("Connected&lt;/b>");
        assertThat(client.refresh(world.url(), tokens.getString("refresh_token"))
                        .json()
                        .getString("error"))
                .isEqualTo("invalid_grant");
    }

    @Test
    @DisplayName("CR-11: the metadata says that documents and private_key_jwt are supported, and with which algorithms")
    void theMetadataSaysSo() {
        JsonObject metadata = browser.get(world.url() + "/.well-known/oauth-authorization-server")
                .json();
        assertThat(metadata.getBoolean("client_id_metadata_document_supported")).isTrue();
        assertThat(metadata.getJsonArray("token_endpoint_auth_methods_supported"))
                .contains("none", "private_key_jwt");
        for (String endpoint : List.of("token", "revocation")) {
            assertThat(metadata.getJsonArray(endpoint + "_endpoint_auth_signing_alg_values_supported"))
                    .containsExactlyInAnyOrder("RS256", "PS256", "ES256");
        }
    }

    static Stream<Arguments> badDocuments() {
        JsonArray secretKey = new JsonArray()
                .add(new JsonObject().put("kty", "oct").put("k", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
        JsonArray cb = new JsonArray().add(TestClient.REDIRECT_URI);
        return Stream.of(
                Arguments.of(new JsonObject().put("client_id", "https://other.example/c.json"), "not its own address"),
                Arguments.of(new JsonObject().putNull("client_id"), "not its own address"),
                Arguments.of(new JsonObject().put("client_id", 1), "not its own address"),
                Arguments.of(new JsonObject().put("client_secret", "x"), "client_secret"),
                Arguments.of(new JsonObject().put("client_secret_expires_at", 0), "client_secret"),
                Arguments.of(new JsonObject().put("client_name", "  "), "client_name"),
                Arguments.of(new JsonObject().put("client_name", "a\u202Eb"), "client_name"),
                Arguments.of(new JsonObject().put("redirect_uris", new JsonArray()), "redirect_uris"),
                Arguments.of(new JsonObject().put("redirect_uris", "x"), "redirect_uris"),
                Arguments.of(
                        new JsonObject().put("redirect_uris", new JsonArray().add("http://client.example/cb")),
                        "redirect URI"),
                Arguments.of(
                        new JsonObject().put("redirect_uris", new JsonArray().add("javascript:alert(1)")),
                        "redirect URI"),
                Arguments.of(
                        new JsonObject().put("token_endpoint_auth_method", "client_secret_basic"),
                        "token_endpoint_auth_method"),
                Arguments.of(
                        new JsonObject().put("token_endpoint_auth_method", "client_secret_post"),
                        "token_endpoint_auth_method"),
                Arguments.of(
                        new JsonObject().put("token_endpoint_auth_method", "client_secret_jwt"),
                        "token_endpoint_auth_method"),
                Arguments.of(new JsonObject().put("token_endpoint_auth_method", "private_key_jwt"), "jwks"),
                Arguments.of(
                        new JsonObject()
                                .put("token_endpoint_auth_method", "private_key_jwt")
                                .put("jwks", new JsonObject().put("keys", secretKey)),
                        "secret key"),
                Arguments.of(
                        new JsonObject()
                                .put("token_endpoint_auth_method", "private_key_jwt")
                                .put("jwks", new JsonObject().put("keys", new JsonArray())),
                        "no key"),
                Arguments.of(
                        new JsonObject()
                                .put("token_endpoint_auth_method", "private_key_jwt")
                                .put("jwks", "x"),
                        "jwks"),
                Arguments.of(
                        new JsonObject()
                                .put("token_endpoint_auth_method", "private_key_jwt")
                                .put("jwks_uri", "http://169.254.169.254/latest/meta-data/"),
                        "jwks_uri"),
                Arguments.of(
                        new JsonObject()
                                .put("token_endpoint_auth_method", "private_key_jwt")
                                .put("jwks_uri", world.url() + "/.well-known/jwks.json"),
                        "jwks_uri"),
                Arguments.of(
                        new JsonObject().put("grant_types", new JsonArray().add("client_credentials")), "grant_types"),
                Arguments.of(new JsonObject().put("response_types", new JsonArray().add("token")), "response_types"),
                Arguments.of(
                        new JsonObject().put("redirect_uris", cb).put("padding", "x".repeat(5200)), "larger than"));
    }

    @ParameterizedTest
    @MethodSource("badDocuments")
    @DisplayName("CR-13, CR-14, AS-13: a document that is not valid ends on a page that says why, without a redirect")
    void anInvalidDocumentEndsOnAPage(JsonObject change, String reason) {
        site.serve("/bad.json", document("/bad.json").mergeIn(change), "Cache-Control", "no-store");
        Answer page = client("/bad.json").authorize(world.url());
        assertThat(page.status()).isIn(400, 503);
        assertThat(page.header("Location")).isEmpty();
        assertThat(page.header("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(page.body())
                .contains("cannot be identified", site.url("/bad.json"), reason)
                .doesNotContain("Allow and sign in");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "null", "\"x\"", "{", "", "{\"client_id\":", "1"})
    @DisplayName("CR-13: what is no JSON object is no document")
    void whatIsNoJsonObjectIsNoDocument(String body) {
        site.serve(
                "/nojson.json",
                request -> request.response()
                        .putHeader("Content-Type", "application/json")
                        .end(body));
        Answer page = client("/nojson.json").authorize(world.url());
        assertThat(page.status()).isEqualTo(400);
        assertThat(page.body()).contains("is not a JSON object");
    }

    @Test
    @DisplayName("CR-19: where the operator does not want it, the page blames nobody")
    void whatTheOperatorDoesNotAllow() {
        String id = "https://denied.example/c.json";
        Answer page = browser.get(world.url() + "/authorize?" + Form.encode("client_id", id));
        assertThat(page.status()).isEqualTo(400);
        assertThat(page.body())
                .contains("This application is not allowed here", "does not allow this one", "<bdi>" + id + "</bdi>")
                .doesNotContain("mistake");
        Answer mistake = browser.get(world.url() + "/authorize?" + Form.encode("client_id", "https://a.example"));
        assertThat(mistake.body())
                .contains("a mistake of the application", "<bdi>https://a.example</bdi>")
                .doesNotContain("not allowed here");
    }

    @Test
    @DisplayName(
            "AS-19: an address is shown by itself, so long and no longer, without what cannot be seen or reorders text")
    void aStrangersAddressIsContained() {
        String tricks = "https://a.example/\u202Egnp.exe\u200B\u0007\u2066/\u2028c?";
        Answer page = browser.get(world.url() + "/authorize?" + Form.encode("client_id", tricks + "x".repeat(3_000)));
        assertThat(page.status()).isEqualTo(400);
        assertThat(page.body())
                .contains("<code><bdi>https://a.example/gnp.exe/c?xxx")
                .contains("x…</bdi></code>")
                .doesNotContain("x".repeat(200))
                .doesNotContainPattern("[\\p{Cf}\\u2028\\u2029\\u0007]");
    }

    @Test
    @DisplayName("AS-13: what the document or its address holds is shown as text")
    void nothingIsReflectedAsMarkup() {
        String id = site.url("/c.json?<script>alert(1)</script>");
        Answer page = browser.get(world.url() + "/authorize?" + Form.encode("client_id", id));
        assertThat(page.status()).isEqualTo(400);
        assertThat(page.body()).doesNotContain("<script>");
        site.serve("/markup.json", document("/markup.json").put("client_name", "<img src=x onerror=alert(1)>"));
        assertThat(client("/markup.json").authorize(world.url()).body()).doesNotContain("<img");
    }

    @Test
    @DisplayName(
            "AS-13, AS-30: an unreachable document is a page at /authorize and 503 at /token, never invalid_client")
    void anUnreachableDocumentIsTrouble() {
        for (int status : new int[] {500, 503, 403}) {
            site.fail("/down.json", status);
            assertTrouble("/down.json");
        }
        site.serve("/down.json", request -> request.connection().close());
        assertTrouble("/down.json");
        site.serve("/down.json", HttpServerRequest::pause);
        assertTrouble("/down.json");
        assertThat(token(site.url("/down.json")).json().getString("error")).isEqualTo("temporarily_unavailable");
    }

    private void assertTrouble(String path) {
        Answer page = client(path).authorize(world.url());
        assertThat(page.status()).isEqualTo(503);
        assertThat(page.header("Retry-After")).isPresent();
        assertThat(page.header("Location")).isEmpty();
        assertThat(page.body()).contains("cannot be identified", site.url(path));
        Answer token = token(site.url(path));
        assertThat(token.status()).isEqualTo(503);
        assertThat(token.header("Retry-After")).isPresent();
    }

    @Test
    @DisplayName("AS-29: a client whose document is gone or never was is invalid_client at /token")
    void aDocumentThatIsGoneIsInvalidClient() {
        for (String id : List.of(
                site.url("/never.json"),
                "http://client.example/c.json",
                "https://10.0.0.1/c.json",
                "https://client.example:8443/c.json",
                world.url() + "/c.json")) {
            Answer token = token(id);
            assertThat(token.status()).as(id).isEqualTo(401);
            assertThat(token.json().getString("error")).isEqualTo("invalid_client");
        }
    }

    private Answer token(String clientId) {
        return browser.postForm(
                world.url() + "/token",
                Form.encode("grant_type", "refresh_token", "refresh_token", "x", "client_id", clientId));
    }

    @Test
    @DisplayName("CR-15: no-store is obeyed, errors and invalid documents are never kept")
    void whatMayNotBeKeptIsNot() {
        site.serve("/nostore.json", document("/nostore.json"), "Cache-Control", "no-store");
        client("/nostore.json").authorize(world.url());
        client("/nostore.json").authorize(world.url());
        assertThat(site.hits("/nostore.json")).isEqualTo(2);

        TestClient client = client("/recovers.json");
        site.fail("/recovers.json", 500);
        assertThat(client.authorize(world.url()).status()).isEqualTo(503);
        site.serve(
                "/recovers.json", document("/recovers.json").putNull("redirect_uris"), "Cache-Control", "max-age=600");
        assertThat(client.authorize(world.url()).status()).isEqualTo(400);
        site.serve("/recovers.json", document("/recovers.json"), "Cache-Control", "max-age=600");
        assertThat(client.authorize(world.url()).status()).isEqualTo(200);
    }

    @Test
    @DisplayName("CR-15, CR-3: after its max-age a document is fetched again, and what it no longer allows is refused")
    void aChangedDocumentCounts() {
        site.serve("/changes.json", document("/changes.json"), "Cache-Control", "max-age=1");
        TestClient client = client("/changes.json");
        assertThat(client.authorize(world.url()).status()).isEqualTo(200);
        site.serve(
                "/changes.json",
                document("/changes.json").put("redirect_uris", new JsonArray().add("https://client.example/cb")));
        await().atMost(PATIENCE).untilAsserted(() -> {
            Answer page = client.authorize(world.url());
            assertThat(page.status()).isEqualTo(400);
            assertThat(page.body()).contains("redirect_uri");
        });
        assertThat(site.hits("/changes.json")).isEqualTo(2);
    }

    @Test
    @DisplayName(
            "AS-30: a document that was good goes on being used while its server is in trouble, not when it is withdrawn")
    void trouble() {
        site.serve("/stale.json", document("/stale.json"), "Cache-Control", "max-age=0");
        TestClient client = client("/stale.json");
        String token = client.redeem(world.url(), client.code()).json().getString("refresh_token");
        site.fail("/stale.json", 502);
        Answer refreshed = client.refresh(world.gateway(1), token);
        assertThat(refreshed.status()).as(refreshed.body()).isEqualTo(200);
        site.fail("/stale.json", 410);
        assertThat(client.refresh(world.url(), refreshed.json().getString("refresh_token"))
                        .json()
                        .getString("error"))
                .isEqualTo("invalid_client");
        site.fail("/stale.json", 502);
        assertThat(client.authorize(world.url()).status()).isEqualTo(503);
    }

    @Test
    @DisplayName("CR-16: many who ask for one document at once cause one fetch")
    void oneFetchForAll() {
        List<HttpServerRequest> held = new CopyOnWriteArrayList<>();
        site.serve("/slow.json", held::add);
        List<CompletableFuture<Integer>> pages = Stream.of(1, 2, 3, 4, 5)
                .map(i -> CompletableFuture.supplyAsync(
                        () -> client("/slow.json").authorize(world.url()).status()))
                .toList();
        await().atMost(PATIENCE).until(() -> held.size() == 1);
        held.forEach(request -> request.response()
                .putHeader("Content-Type", "application/json")
                .end(document("/slow.json").encode()));
        assertThat(pages.stream().map(CompletableFuture::join).toList()).containsOnly(200);
        assertThat(held).hasSize(1);
    }

    @Test
    @DisplayName("CR-2: the redirect URI must be one of the document's, a loopback one with any port")
    void redirectUrisAreThoseOfTheDocument() {
        site.serve(
                "/ports.json",
                document("/ports.json").put("redirect_uris", new JsonArray().add("http://localhost/callback")));
        for (String good : List.of("http://localhost:41234/callback", "http://localhost/callback")) {
            assertThat(authorize("/ports.json", good).status()).as(good).isEqualTo(200);
        }
        for (String bad :
                List.of("http://127.0.0.1:1/callback", "http://localhost/callback/x", "https://evil.example/")) {
            Answer page = authorize("/ports.json", bad);
            assertThat(page.status()).as(bad).isEqualTo(400);
            assertThat(page.header("Location")).isEmpty();
        }
    }

    private Answer authorize(String path, String redirectUri) {
        return browser.get(world.url() + "/authorize?"
                + Form.encode(
                        "client_id",
                        site.url(path),
                        "redirect_uri",
                        redirectUri,
                        "response_type",
                        "code",
                        "code_challenge",
                        "x".repeat(43),
                        "code_challenge_method",
                        "S256",
                        "resource",
                        world.mcpUrl()));
    }

    @Test
    void switchedOffAnAddressIsAnUnknownClientAndNothingIsFetched() {
        site.serve("/off.json", document("/off.json"));
        try (World without = World.start(configuration -> configuration.put(
                "clientDocuments", new JsonObject().put("enabled", false).put("loopback", true)))) {
            Answer page = browser.get(without.url() + "/authorize?" + Form.encode("client_id", site.url("/off.json")));
            assertThat(page.status()).isEqualTo(400);
            assertThat(page.body()).contains("not registered here");
            assertThat(site.hits("/off.json")).isZero();
            JsonObject metadata = browser.get(without.url() + "/.well-known/oauth-authorization-server")
                    .json();
            assertThat(metadata.fieldNames())
                    .doesNotContain(
                            "client_id_metadata_document_supported",
                            "token_endpoint_auth_signing_alg_values_supported");
            assertThat(metadata.getJsonArray("token_endpoint_auth_methods_supported"))
                    .doesNotContain("private_key_jwt");
        }
    }
}
