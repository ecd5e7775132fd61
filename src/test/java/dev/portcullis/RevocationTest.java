package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.dev.cognito.Call;
import dev.portcullis.dev.cognito.Fault;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST /revoke}, and everything else that ends a grant, as two replicas see it. */
class RevocationTest {
    /** What "within about a second" may take on a busy machine; comparing notes every half minute has no part in it. */
    private static final Duration AT_ONCE = Duration.ofSeconds(3);

    private static World world;

    @BeforeAll
    static void start() {
        world = World.start(2, configuration -> {
            configuration.put("revocation", new JsonObject().put("check", "30s").put("staleAfter", "60s"));
            configuration.put("refresh", new JsonObject().put("reuseGrace", "1s"));
        });
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @AfterEach
    void healCognito() {
        world.cognito().faults().clear();
    }

    @Test
    @DisplayName("AS-47: the metadata name the endpoint and how clients authenticate there")
    void theMetadataNameTheEndpoint() {
        TestClient client = TestClient.register(world);
        JsonObject metadata = client.browser()
                .get(world.url() + "/.well-known/oauth-authorization-server")
                .json();
        assertThat(metadata.getString("revocation_endpoint")).isEqualTo(world.url() + "/revoke");
        assertThat(metadata.getJsonArray("revocation_endpoint_auth_methods_supported"))
                .isEqualTo(metadata.getJsonArray("token_endpoint_auth_methods_supported"));
    }

    @Test
    @DisplayName(
            "AS-47, RS-6, RS-11: a revoked refresh token takes every access token along, here at once, elsewhere within a second")
    void aRevokedRefreshTokenTakesTheAccessTokensAlong() {
        TestClient client = TestClient.register(world);
        JsonObject tokens = warm(client);
        long before = world.cognito().calls().of(Call.REVOKE);

        Answer answer = client.revoke(world.gateway(0), tokens.getString("refresh_token"));

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.header("Cache-Control")).hasValue("no-store");
        assertRefused(echo(client, 0, tokens));
        await().atMost(AT_ONCE).untilAsserted(() -> assertRefused(echo(client, 1, tokens)));
        assertGone(client, tokens);
        await().atMost(AT_ONCE)
                .untilAsserted(() -> assertThat(world.cognito().calls().of(Call.REVOKE) - before)
                        .isEqualTo(1));
        assertThat(client.revoke(world.gateway(1), tokens.getString("refresh_token"))
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"access_token", "refresh_token", "something_else"})
    @DisplayName("AS-47: a revoked access token ends the grant too, whatever the hint says")
    void aRevokedAccessTokenEndsTheGrantToo(String hint) {
        TestClient client = TestClient.register(world);
        JsonObject tokens = warm(client);
        Answer answer = client.browser()
                .postForm(
                        world.gateway(1) + "/revoke",
                        Form.encode(
                                "token",
                                tokens.getString("access_token"),
                                "token_type_hint",
                                hint,
                                "client_id",
                                client.id()));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        await().atMost(AT_ONCE).untilAsserted(() -> assertRefused(echo(client, 0, tokens)));
        assertGone(client, tokens);
    }

    @Test
    @DisplayName("AS-47: the token of another client is not revoked")
    void theTokenOfAnotherClientIsNotRevoked() {
        TestClient owner = TestClient.register(world);
        TestClient other = TestClient.register(world);
        JsonObject tokens = warm(owner);
        for (String kind : List.of("access_token", "refresh_token")) {
            Answer answer = other.revoke(world.url(), tokens.getString(kind));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().getString("error")).isEqualTo("invalid_grant");
        }
        assertThat(echo(owner, 0, tokens).status()).isEqualTo(200);
        assertThat(owner.refresh(world.url(), tokens.getString("refresh_token")).status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "pcr_k.aaaaaaaaaaaaaaaaaaaaaa.0.aaa", "a.b.c", "eyJhbGciOiJub25lIn0.e30."})
    @DisplayName("AS-47: a token that nobody knows is as good as revoked")
    void anUnknownTokenIsAsGoodAsRevoked(String token) {
        TestClient client = TestClient.register(world);
        assertThat(client.revoke(world.url(), token).status()).isEqualTo(200);
    }

    @Test
    @DisplayName("AS-30, AS-47: a request without a token or from nobody is refused as at the token endpoint")
    void aRequestWithoutTokenOrClientIsRefused() {
        TestClient client = TestClient.register(world);
        assertError(
                client.browser().postForm(world.url() + "/revoke", Form.encode("client_id", client.id())),
                400,
                "invalid_request");
        assertError(client.browser().postForm(world.url() + "/revoke", "token=x"), 400, "invalid_request");
        assertError(
                client.browser().postForm(world.url() + "/revoke", "token=x&client_id=nobody"), 401, "invalid_client");
        JsonObject confidential = client.browser()
                .postJson(
                        world.url() + "/register",
                        TestClient.registration()
                                .put("token_endpoint_auth_method", "client_secret_post")
                                .encode())
                .json();
        String id = confidential.getString("client_id");
        assertError(
                client.browser().postForm(world.url() + "/revoke", Form.encode("token", "x", "client_id", id)),
                401,
                "invalid_client");
        assertThat(client.browser()
                        .postForm(
                                world.url() + "/revoke",
                                Form.encode(
                                        "token",
                                        "x",
                                        "client_id",
                                        id,
                                        "client_secret",
                                        confidential.getString("client_secret")))
                        .status())
                .isEqualTo(200);
    }

    @Test
    @DisplayName("AS-47, IDP-9: what Cognito makes of it does not matter, our grant is dead in any case")
    void troubleAtCognitoDoesNotUndoTheRevocation() {
        TestClient client = TestClient.register(world);
        JsonObject tokens = warm(client);
        world.cognito().faults().on(Call.REVOKE, Fault.serverError());
        assertThat(client.revoke(world.url(), tokens.getString("refresh_token")).status())
                .isEqualTo(200);
        assertRefused(echo(client, 0, tokens));
        assertGone(client, tokens);
    }

    @Test
    @DisplayName("AS-24: the replay of a code ends the access tokens that came from it, on every replica")
    void theReplayOfACodeEndsItsAccessTokens() {
        TestClient client = TestClient.register(world);
        String code = client.code();
        JsonObject tokens = client.redeem(world.gateway(0), code).json();
        assertThat(echo(client, 1, tokens).status()).isEqualTo(200);
        assertError(client.redeem(world.gateway(0), code), 400, "invalid_grant");
        await().atMost(AT_ONCE).untilAsserted(() -> assertRefused(echo(client, 1, tokens)));
    }

    @Test
    @DisplayName("AS-31: the reuse of a spent refresh token ends the access tokens of the family, on every replica")
    void reuseEndsTheAccessTokensOfTheFamily() {
        TestClient client = TestClient.register(world);
        JsonObject first = warm(client);
        JsonObject second = client.refresh(world.gateway(0), first.getString("refresh_token"))
                .json();
        await().pollDelay(Duration.ofMillis(1200))
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertError(
                        client.refresh(world.gateway(0), first.getString("refresh_token")), 400, "invalid_grant"));
        await().atMost(AT_ONCE).untilAsserted(() -> {
            assertRefused(echo(client, 1, first));
            assertRefused(echo(client, 1, second));
        });
    }

    /** Signed in, with an access token that both replicas have in their caches. */
    private static JsonObject warm(TestClient client) {
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        assertThat(echo(client, 0, tokens).status()).isEqualTo(200);
        assertThat(echo(client, 1, tokens).status()).isEqualTo(200);
        return tokens;
    }

    private static Answer echo(TestClient client, int gateway, JsonObject tokens) {
        return client.echo(world.gateway(gateway) + "/demo/mcp", tokens.getString("access_token"), "hi");
    }

    private static void assertRefused(Answer answer) {
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate").orElseThrow()).contains("error=\"invalid_token\"");
    }

    private static void assertGone(TestClient client, JsonObject tokens) {
        assertError(client.refresh(world.gateway(1), tokens.getString("refresh_token")), 400, "invalid_grant");
    }

    private static void assertError(Answer answer, int status, String error) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.json().getString("error")).isEqualTo(error);
    }
}
