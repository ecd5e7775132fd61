package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients as they are in the field, each with its own way to register and to ask, from its registration to a call and a refresh. */
class FieldClientsTest {
    private static final Pattern REFRESH = Pattern.compile("0; url=(.*)");

    private static World world;

    @BeforeAll
    static void start() {
        world = World.start(
                2,
                configuration -> configuration
                        .put("registration", new JsonObject().put("privateUseSchemes", new JsonArray().add("cursor")))
                        .put("resources", new JsonObject().put("defaultUpstream", "demo")));
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    /** How a client proves who it is at the token endpoint. */
    private enum Proof {
        NONE,
        POST,
        BASIC,
        /** Basic, although it registered none and has no secret. */
        EMPTY_BASIC
    }

    /**
     * A client of the field.
     *
     * @param redirectUri that it asks with
     * @param resource what it sends; {@code {url}} is the server's, empty sends none
     */
    private record FieldClient(
            String name,
            JsonObject registration,
            String redirectUri,
            Optional<String> scope,
            String resource,
            Proof proof) {

        static FieldClient of(String name, String redirectUri, String... registered) {
            return new FieldClient(
                    name,
                    FieldClientsTest.registration(
                            name, registered.length == 0 ? new String[] {redirectUri} : registered),
                    redirectUri,
                    Optional.empty(),
                    "{url}",
                    Proof.NONE);
        }

        FieldClient with(String member, Object value) {
            return new FieldClient(name, registration.copy().put(member, value), redirectUri, scope, resource, proof);
        }

        FieldClient without(String member) {
            JsonObject less = registration.copy();
            less.remove(member);
            return new FieldClient(name, less, redirectUri, scope, resource, proof);
        }

        FieldClient asks(String newScope) {
            return new FieldClient(name, registration, redirectUri, Optional.of(newScope), resource, proof);
        }

        FieldClient forResource(String newResource) {
            return new FieldClient(name, registration, redirectUri, scope, newResource, proof);
        }

        FieldClient proving(Proof newProof) {
            return new FieldClient(name, registration, redirectUri, scope, resource, newProof);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static JsonObject registration(String name, String... redirectUris) {
        return TestClient.registration()
                .put("client_name", name)
                .put("response_types", new JsonArray().add("code"))
                .put("redirect_uris", new JsonArray(List.of(redirectUris)));
    }

    static Stream<FieldClient> clients() {
        String[] vsCode = {
            "https://insiders.vscode.dev/redirect",
            "https://vscode.dev/redirect",
            "http://127.0.0.1/",
            "http://127.0.0.1:33418/"
        };
        String[] cursor = {
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "https://www.cursor.com/agents/mcp/oauth/callback",
            "http://localhost:8787/callback"
        };
        FieldClient mcpRemote = FieldClient.of(
                        "mcp-remote", "http://localhost:49152/oauth/callback", "http://localhost:3334/oauth/callback")
                .with("software_id", "2e6dc280-f3c3-4e01-99a7-8181dbd1d23d")
                .with("client_uri", "https://github.com/modelcontextprotocol/mcp-cli")
                .asks("openid email profile");
        FieldClient chatGpt = FieldClient.of("ChatGPT", "https://chatgpt.com/connector/oauth/abc_123-XYZ")
                .with("token_endpoint_auth_method", "client_secret_post")
                .proving(Proof.POST);
        return Stream.of(
                FieldClient.of("Claude, claude.ai", "https://claude.ai/api/mcp/auth_callback")
                        .with("token_endpoint_auth_method", "client_secret_post")
                        .proving(Proof.POST),
                FieldClient.of("Claude, claude.com", "https://claude.com/api/mcp/auth_callback"),
                FieldClient.of("Claude Code", "http://localhost:53211/callback", "http://localhost:53211/callback")
                        .asks("mcp:demo offline_access"),
                FieldClient.of("VS Code in the browser", "https://vscode.dev/redirect", vsCode)
                        .with("application_type", "native"),
                FieldClient.of("VS Code Insiders", "https://insiders.vscode.dev/redirect", vsCode),
                FieldClient.of("VS Code, a port of the moment", "http://127.0.0.1:58123/", vsCode),
                FieldClient.of("VS Code, its own port", "http://127.0.0.1:33418/", vsCode),
                FieldClient.of(
                        "VS Code before it wrote the slash", "http://127.0.0.1:51044/", "http://127.0.0.1:33418"),
                FieldClient.of("Cursor, its own scheme", cursor[0], cursor).with("application_type", "web"),
                FieldClient.of("Cursor, agents on the web", cursor[1], cursor).with("application_type", "web"),
                FieldClient.of("Cursor, on this machine", "http://localhost:8787/callback", cursor),
                FieldClient.of("Cursor, on the web", "https://cursor.com/api/auth/mcp/oauth/callback"),
                chatGpt,
                chatGpt.asks(""),
                chatGpt.forResource("{url}?source=chatgpt"),
                mcpRemote,
                mcpRemote.asks(" offline_access"),
                mcpRemote.forResource(""),
                mcpRemote.forResource("{url}/"),
                FieldClient.of("Inspector", "http://127.0.0.1:6274/oauth/callback"),
                FieldClient.of("Inspector, debugging", "http://localhost:6274/oauth/callback/debug"),
                FieldClient.of("Perplexity", "https://www.perplexity.ai/rest/connections/oauth_callback")
                        .proving(Proof.EMPTY_BASIC),
                FieldClient.of("A client of the defaults", "https://a.example/cb")
                        .without("token_endpoint_auth_method")
                        .proving(Proof.BASIC),
                FieldClient.of("Zed", "http://127.0.0.1:40001/callback", "http://127.0.0.1:40001/callback")
                        .with("grant_types", new JsonArray().add("authorization_code"))
                        .asks("mcp:demo offline_access"),
                FieldClient.of("Zed, no word about grants", "http://127.0.0.1:40001/callback")
                        .without("grant_types"));
    }

    @ParameterizedTest
    @MethodSource("clients")
    @DisplayName(
            "CR-1, CR-2, CR-4, CR-7, AS-36, AS-37, AS-39: registers with 201, is sent back where it listens, calls, and refreshes if it may")
    void goesTheWholeWay(FieldClient field) throws ParseException {
        Browser browser = new Browser();
        Answer registered =
                browser.postJson(world.url() + "/register", field.registration().encode());
        assertThat(registered.status()).as(registered.body()).isEqualTo(201);
        JsonObject client = registered.json();
        assertThat(client.getJsonArray("redirect_uris"))
                .isEqualTo(field.registration().getJsonArray("redirect_uris"));
        assertThat(client.getValue("application_type"))
                .isEqualTo(field.registration().getValue("application_type"));

        TestClient walker = TestClient.known(world, client.getString("client_id"), "", field.redirectUri());
        String query = walker.authorizationQuery(
                field.scope().map(scope -> new String[] {"scope", scope}).orElseGet(() -> new String[0]));
        String sent = "&" + Form.encode("resource", world.mcpUrl());
        assertThat(query).contains(sent);
        query = query.replace(sent, field.resource().isEmpty() ? "" : "&" + Form.encode("resource", resource(field)));
        Answer page = walker.browser().get(world.url() + "/authorize?" + query);
        assertThat(page.status()).as(page.body()).isEqualTo(200);
        Answer toCognito = walker.approve(world.url(), page);
        // Whatever it asked for, Cognito hears our list.
        assertThat(toCognito.location().getRawQuery().split("&")).contains("scope=openid%20email%20profile");
        assertThat(toCognito.parameter("resource")).isEmpty();
        String back = destination(walker.callback(world.url(), walker.signIn(toCognito)));
        assertThat(back).startsWith(field.redirectUri() + "?");

        Answer answer = token(
                field,
                client,
                "grant_type",
                "authorization_code",
                "code",
                parameter(back, "code"),
                "redirect_uri",
                field.redirectUri(),
                "code_verifier",
                walker.verifier());
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        JsonObject tokens = answer.json();
        assertThat(tokens.getString("scope").split(" ")).contains("mcp:demo");
        assertThat(SignedJWT.parse(tokens.getString("access_token"))
                        .getJWTClaimsSet()
                        .getAudience())
                .containsExactly(world.mcpUrl());
        assertThat(walker.echo(world.mcpUrl(), tokens.getString("access_token"), "hi")
                        .status())
                .isEqualTo(200);
        boolean mayRefresh = field.registration().getJsonArray("grant_types") != null
                && field.registration().getJsonArray("grant_types").contains("refresh_token");
        assertThat(tokens.containsKey("refresh_token")).isEqualTo(mayRefresh);
        if (mayRefresh) {
            Answer refreshed = token(
                    field, client, "grant_type", "refresh_token", "refresh_token", tokens.getString("refresh_token"));
            assertThat(refreshed.status()).as(refreshed.body()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName(
            "AS-24, SEC-2: of many redemptions of one code at two replicas at once one succeeds, and none is trouble")
    void aCodeAtTwoReplicasAtOnce() {
        TestClient client = TestClient.register(world);
        for (int round = 0; round < 10; round++) {
            String code = client.code();
            List<CompletableFuture<Answer>> racing = IntStream.range(0, 6)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> client.redeem(world.gateway(i), code)))
                    .toList();
            List<Answer> answers = racing.stream().map(CompletableFuture::join).toList();
            assertThat(answers.stream().filter(answer -> answer.status() == 200))
                    .hasSize(1);
            assertThat(answers.stream().filter(answer -> answer.status() != 200))
                    .allSatisfy(answer ->
                            assertThat(answer.json().getString("error")).isEqualTo("invalid_grant"));
        }
    }

    private static String resource(FieldClient field) {
        return field.resource().replace("{url}", world.mcpUrl());
    }

    private static Answer token(FieldClient field, JsonObject client, String... pairs) {
        List<String> form = new ArrayList<>(List.of(pairs));
        String id = client.getString("client_id");
        if (!field.resource().isEmpty()) {
            form.addAll(List.of("resource", resource(field)));
        }
        String[] headers = {};
        switch (field.proof()) {
            case BASIC, EMPTY_BASIC -> {
                String pair = id + ":" + client.getString("client_secret", "");
                headers = new String[] {
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8))
                };
            }
            case POST -> form.addAll(List.of("client_id", id, "client_secret", client.getString("client_secret")));
            case NONE -> form.addAll(List.of("client_id", id));
        }
        return new Browser().postForm(world.url() + "/token", Form.encode(form.toArray(String[]::new)), headers);
    }

    /** A native app opens beside the browser, which stays on a page. */
    private static String destination(Answer answer) {
        Matcher refresh = REFRESH.matcher(answer.header("Refresh").orElse(""));
        return refresh.matches() ? refresh.group(1) : answer.header("Location").orElseThrow();
    }

    private static String parameter(String url, String name) {
        Matcher matcher = Pattern.compile("[?&]" + name + "=([^&]*)").matcher(url);
        assertThat(matcher.find()).as(url).isTrue();
        return URLDecoder.decode(matcher.group(1), StandardCharsets.UTF_8);
    }
}
