package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.dev.cognito.Call;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a browser, or somebody else, can do at the callback from Cognito, through two gateways. */
class CallbackTest {
    private static World world;

    @BeforeAll
    static void start() {
        world = World.start(2);
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @Test
    @DisplayName("IDP-6: loading the callback again finds nothing, and takes nothing from the session that came of it")
    void loadingTheCallbackAgain() {
        TestClient client = TestClient.register(world);
        Answer fromCognito = client.signIn(client.approve(world.url(), client.authorize(world.url())));
        long exchanges = world.cognito().calls().of(Call.CODE_GRANT);
        String code =
                client.callback(world.url(), fromCognito).parameter("code").orElseThrow();
        assertNothing(client.callback(world.gateway(1), fromCognito));
        JsonObject tokens = client.redeem(world.url(), code).json();
        assertNothing(client.callback(world.gateway(0), fromCognito));
        assertThat(client.echo(world.mcpUrl(), tokens.getString("access_token"), "hi")
                        .status())
                .isEqualTo(200);
        assertThat(client.refresh(world.url(), tokens.getString("refresh_token"))
                        .status())
                .isEqualTo(200);
        assertThat(world.cognito().calls().of(Call.CODE_GRANT) - exchanges).isEqualTo(1);
    }

    @Test
    @DisplayName("IDP-6, SEC-2: the same callback at two replicas at once ends the login once")
    void theSameCallbackAtOnce() {
        TestClient client = TestClient.register(world);
        Answer fromCognito = client.signIn(client.approve(world.url(), client.authorize(world.url())));
        List<CompletableFuture<Answer>> racing = IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> client.callback(world.gateway(i), fromCognito)))
                .toList();
        List<Answer> answers = racing.stream().map(CompletableFuture::join).toList();
        List<Answer> through =
                answers.stream().filter(answer -> answer.status() == 303).toList();
        assertThat(through).hasSize(1);
        answers.stream().filter(answer -> answer.status() != 303).forEach(CallbackTest::assertNothing);
        assertThat(client.redeem(world.url(), through.get(0).parameter("code").orElseThrow())
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "error_description=invalid_scope&state={state}&error=invalid_request",
                "error=invalid_request&error_description=invalid_scope&state={state}",
                "error=invalid_scope&state={state}",
                "state={state}",
                "code=&state={state}",
                "session_state=x&state={state}"
            })
    @DisplayName(
            "IDP-8: an error in whatever order, or neither code nor error, is told to the client in our words, once")
    void noCode(String query) {
        TestClient client = TestClient.register(world);
        Answer toCognito = client.approve(world.url(), client.authorize(world.url()));
        String callback = world.url() + "/callback?"
                + query.replace("{state}", toCognito.parameter("state").orElseThrow());
        Answer told = client.browser().get(callback);
        assertThat(told.parameter("error")).hasValue("server_error");
        assertThat(told.parameter("state")).hasValue(client.state());
        assertThat(told.parameter("iss")).hasValue(world.url());
        assertThat(told.location().toString()).doesNotContain("invalid_scope");
        assertNothing(client.browser().get(callback));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "code=a&code=b&state={state}",
                "code=a&state={state}&state={state}",
                "error=x&error=y&state={state}",
                "code=a",
                "code=a&state=unknown",
                "code=a&state=%00",
                ""
            })
    @DisplayName("IDP-6: parameters that come twice, and a state that nobody knows, lead nowhere and spend nothing")
    void nothingKnown(String query) {
        TestClient client = TestClient.register(world);
        Answer fromCognito = client.signIn(client.approve(world.url(), client.authorize(world.url())));
        String state = fromCognito.parameter("state").orElseThrow();
        assertNothing(client.browser().get(world.url() + "/callback?" + query.replace("{state}", state)));
        assertThat(client.callback(world.url(), fromCognito).parameter("code")).isPresent();
    }

    @Test
    @DisplayName(
            "IDP-1: a second client in the hour in which Cognito asks for no password gets the consent page all the same")
    void aSecondClientIsAskedFor() {
        TestClient first = TestClient.register(world);
        first.code();
        TestClient second =
                TestClient.register(world, TestClient.registration().put("client_name", "Second"), first.browser());
        Answer page = second.authorize(world.url());
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body()).contains("Second");
        // And Cognito indeed asks for none.
        Answer straightBack = second.browser()
                .get(second.approve(world.url(), page).location().toString());
        assertThat(straightBack.location().toString()).startsWith(world.url() + "/callback?code=");
    }

    @Test
    @DisplayName(
            "IDP-10: behind a proxy that names another host, redirect_uri is byte for byte the same to both endpoints of Cognito")
    void oneRedirectUri() {
        TestClient client = TestClient.register(world);
        String[] forwarded = {"X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "https", "X-Forwarded-Port", "1"
        };
        Answer page = client.browser().get(world.url() + "/authorize?" + client.authorizationQuery(), forwarded);
        Answer toCognito = client.browser()
                .postForm(world.url() + "/consent", Form.fill(page.body(), "decision", "approve"), forwarded);
        assertThat(toCognito.parameter("redirect_uri")).hasValue(world.url() + "/callback");
        // Cognito refuses a code that comes with another one.
        Answer fromCognito = client.signIn(toCognito);
        Answer back = client.browser().get(fromCognito.location().toString(), forwarded);
        assertThat(back.parameter("code")).isPresent();
    }

    private static void assertNothing(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.header("Location")).isEmpty();
    }
}
