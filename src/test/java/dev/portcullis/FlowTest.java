package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The flow, step by step, over real sockets against a real Redis; and once through two gateways in turn. */
class FlowTest {
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
    void step1RegisteringAnswers201WithWhatWasRegistered() {
        // CR-4, CR-6
        TestClient client = TestClient.register(world);
        Answer answer = client.browser()
                .postJson(
                        world.url() + "/register", "{\"redirect_uris\":[\"https://claude.ai/api/mcp/auth_callback\"]}");
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header("Cache-Control")).hasValue("no-store");
        assertThat(answer.json().getString("client_id")).startsWith("pcc_");
        assertThat(answer.json().getString("token_endpoint_auth_method")).isEqualTo("client_secret_basic");
        assertThat(answer.json().getString("client_secret")).hasSize(43);
        assertThat(answer.json().getInteger("client_secret_expires_at")).isZero();
        assertThat(answer.json().getJsonArray("grant_types").getList()).isEqualTo(List.of("authorization_code"));
    }

    @Test
    void step2TheConsentPageComesBeforeCognitoAndApprovalLeadsThereWithValuesOfOurOwn() {
        // IDP-1, IDP-3, IDP-4, IDP-6, AS-17
        TestClient client = TestClient.register(world);
        Answer page = client.authorize(world.url());
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body())
                .contains("Test Client", "localhost:7777", world.mcpUrl(), "mcp:demo", "Your e-mail address");
        assertThat(page.header("X-Frame-Options")).hasValue("DENY");
        assertThat(page.header("Content-Security-Policy").orElseThrow())
                .contains("frame-ancestors 'none'")
                .doesNotContain("form-action");
        assertThat(page.header("Set-Cookie").orElseThrow())
                .containsIgnoringCase("HttpOnly")
                .contains("SameSite=Lax")
                .doesNotContain("portcullis_login");

        Answer redirect = client.approve(world.url(), page);
        assertThat(redirect.status()).isEqualTo(303);
        assertThat(redirect.location().toString()).startsWith(world.cognito().domain() + "/oauth2/authorize?");
        assertThat(redirect.parameter("redirect_uri")).hasValue(world.url() + "/callback");
        assertThat(redirect.parameter("client_id"))
                .hasValue(world.cognito().pool().client().id());
        assertThat(redirect.parameter("state").orElseThrow())
                .matches("[A-Za-z0-9_-]{43}")
                .isNotEqualTo(client.state());
        assertThat(redirect.parameter("code_challenge_method")).hasValue("S256");
        assertThat(redirect.parameter("nonce")).isPresent();
        assertThat(redirect.location().getRawQuery())
                .contains("scope=openid%20email%20profile")
                .doesNotContain("resource=");
        assertThat(redirect.header("Set-Cookie").orElseThrow()).contains("portcullis_login_");
    }

    @Test
    void steps3And4TheCallbackRedirectsToTheClientWithCodeStateAndIss() {
        // AS-20, AS-21, AS-23
        TestClient client = TestClient.register(world);
        Answer toCognito = client.approve(world.url(), client.authorize(world.url()));
        Answer toClient = client.callback(world.url(), client.signIn(toCognito));
        assertThat(toClient.status()).isEqualTo(303);
        assertThat(toClient.location().toString()).startsWith(TestClient.REDIRECT_URI + "?");
        assertThat(toClient.parameter("state")).hasValue(client.state());
        assertThat(toClient.parameter("iss")).hasValue(world.url());
        assertThat(toClient.location().getRawQuery().split("&")).hasSize(3);
    }

    @Test
    void step5TheCodeIsWorthAnAccessTokenWithTheCognitoTokenInsideUnreadable() {
        // AS-25, AS-28, AS-42, AS-43
        TestClient client = TestClient.register(world);
        Answer answer = client.redeem(world.url(), client.code());
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.header("Cache-Control")).hasValue("no-store");
        assertThat(answer.json().getString("token_type")).isEqualTo("Bearer");
        assertThat(answer.json().getInteger("expires_in")).isBetween(3500, 3600);
        assertThat(answer.json().getString("scope")).isEqualTo("mcp:demo");
        JsonObject claims = claims(answer.json().getString("access_token"));
        assertThat(claims.getString("iss")).isEqualTo(world.url());
        assertThat(claims.getString("aud")).isEqualTo(world.mcpUrl());
        assertThat(claims.getString("client_id")).isEqualTo(client.id());
        assertThat(claims.getString("cognito_token").split("\\.")).hasSize(5);
        assertThat(claims.fieldNames()).doesNotContain("email");
    }

    @Test
    void step6ACallReachesTheUpstreamWithTheIdentityAndWithoutTheToken() {
        // RS-6, RS-7, RS-8, GW-1
        TestClient client = TestClient.register(world);
        Answer refused = client.browser().postJson(world.mcpUrl(), "{}");
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.header("WWW-Authenticate"))
                .hasValue("Bearer resource_metadata=\"" + world.url()
                        + "/.well-known/oauth-protected-resource/demo/mcp\", scope=\"mcp:demo\"");
        String token = client.redeem(world.url(), client.code()).json().getString("access_token");
        Answer answer = client.whoami(world.mcpUrl(), token);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        JsonObject identity = answer.json().getJsonObject("result").getJsonObject("structuredContent");
        assertThat(identity.getString("user")).isEqualTo(claims(token).getString("sub"));
        assertThat(identity.getString("client")).isEqualTo(client.id());
        assertThat(identity.getBoolean("authorizationReceived")).isFalse();
        assertThat(identity.getBoolean("cookieReceived")).isFalse();
    }

    @Test
    void step7ARefreshGivesANewAccessTokenAndARotatedRefreshToken() {
        // AS-31, AS-33: the old one gets the same successor while other windows of the client may still hold it
        TestClient client = TestClient.register(world);
        JsonObject first = client.redeem(world.url(), client.code()).json();
        Answer refreshed = client.refresh(world.url(), first.getString("refresh_token"));
        assertThat(refreshed.status()).as(refreshed.body()).isEqualTo(200);
        JsonObject second = refreshed.json();
        assertThat(second.getString("access_token")).isNotEqualTo(first.getString("access_token"));
        assertThat(second.getString("refresh_token")).isNotEqualTo(first.getString("refresh_token"));
        assertThat(client.echo(world.mcpUrl(), second.getString("access_token"), "hi")
                        .status())
                .isEqualTo(200);
        Answer late = client.refresh(world.url(), first.getString("refresh_token"));
        assertThat(late.json().getString("refresh_token")).isEqualTo(second.getString("refresh_token"));
    }

    @Test
    void theWholeFlowThroughTwoGatewaysInTurn() {
        TestClient client = TestClient.register(world, world.gateway(1));
        Answer page = client.authorize(world.gateway(0));
        Answer toCognito = client.approve(world.gateway(1), page);
        String code = client.callback(world.gateway(0), client.signIn(toCognito))
                .parameter("code")
                .orElseThrow();
        JsonObject tokens = client.redeem(world.gateway(1), code).json();
        assertThat(client.echo(world.gateway(0) + "/demo/mcp", tokens.getString("access_token"), "hi")
                        .status())
                .isEqualTo(200);
        JsonObject fresh = client.refresh(world.gateway(0), tokens.getString("refresh_token"))
                .json();
        assertThat(client.echo(world.gateway(1) + "/demo/mcp", fresh.getString("access_token"), "hi")
                        .body())
                .contains("hi");
        assertThat(client.refresh(world.gateway(1), fresh.getString("refresh_token"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void parallelRefreshesOnBothGatewaysMakeOneCallToCognitoAndAgreeOnTheSuccessor() {
        TestClient client = TestClient.register(world);
        String token = client.redeem(world.url(), client.code()).json().getString("refresh_token");
        long before = world.cognito().calls().refreshes();
        List<CompletableFuture<Answer>> answers = Stream.of(0, 1, 0, 1, 0)
                .map(i -> CompletableFuture.supplyAsync(() -> client.refresh(world.gateway(i), token)))
                .toList();
        List<String> successors = answers.stream()
                .map(CompletableFuture::join)
                .map(answer -> {
                    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
                    return answer.json().getString("refresh_token");
                })
                .distinct()
                .toList();
        assertThat(successors).hasSize(1);
        assertThat(world.cognito().calls().refreshes() - before).isEqualTo(1);
    }

    @Test
    void aCodeIsRedeemedOnceAndItsReplayEndsTheGrant() {
        // AS-24, SEC-2
        TestClient client = TestClient.register(world);
        String code = client.code();
        JsonObject tokens = client.redeem(world.gateway(0), code).json();
        Answer replay = client.redeem(world.gateway(1), code);
        assertThat(replay.status()).isEqualTo(400);
        assertThat(replay.json().getString("error")).isEqualTo("invalid_grant");
        assertThat(client.refresh(world.url(), tokens.getString("refresh_token"))
                        .json()
                        .getString("error"))
                .isEqualTo("invalid_grant");
    }

    @Test
    void aWrongVerifierSaysSoAndLeavesTheCodeToItsOwner() {
        // AS-24, AS-26
        TestClient client = TestClient.register(world);
        String code = client.code();
        Answer wrong = client.browser()
                .postForm(
                        world.url() + "/token",
                        Form.encode(
                                "grant_type",
                                "authorization_code",
                                "code",
                                code,
                                "client_id",
                                client.id(),
                                "code_verifier",
                                "x".repeat(43)));
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.json().getString("error")).isEqualTo("invalid_grant");
        assertThat(wrong.json().getString("error_description")).contains("code_verifier");
        assertThat(client.redeem(world.url(), code).status()).isEqualTo(200);
    }

    @Test
    void anotherClientCannotRedeemTheCode() {
        // AS-24
        TestClient owner = TestClient.register(world);
        String thief = owner.browser()
                .postJson(
                        world.url() + "/register",
                        TestClient.registration().put("client_name", "Thief").encode())
                .json()
                .getString("client_id");
        Answer answer = owner.browser()
                .postForm(
                        world.url() + "/token",
                        Form.encode(
                                "grant_type",
                                "authorization_code",
                                "code",
                                owner.code(),
                                "client_id",
                                thief,
                                "code_verifier",
                                owner.verifier()));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().getString("error")).isEqualTo("invalid_grant");
        assertThat(answer.json().getString("error_description")).contains("another client");
    }

    @Test
    void aCallbackInAnotherBrowserGoesNowhere() {
        // IDP-6
        TestClient client = TestClient.register(world);
        Answer fromCognito = client.signIn(client.approve(world.url(), client.authorize(world.url())));
        TestClient victim = TestClient.register(world);
        Answer stolen = victim.callback(world.url(), fromCognito);
        assertThat(stolen.status()).isEqualTo(400);
        assertThat(stolen.header("Location")).isEmpty();
        // The one who started it can still finish.
        assertThat(client.callback(world.url(), fromCognito).parameter("code")).isPresent();
        assertThat(client.callback(world.url(), fromCognito).status()).isEqualTo(400);
    }

    @Test
    void denyingLeadsNowhereButTheClientCanBeToldByAClick() {
        // IDP-8, AS-16
        TestClient client = TestClient.register(world);
        Answer page = client.authorize(world.url());
        Answer denied = client.browser().postForm(world.url() + "/consent", Form.fill(page.body(), "decision", "deny"));
        assertThat(denied.status()).isEqualTo(200);
        assertThat(denied.header("Location")).isEmpty();
        assertThat(denied.linkParameter("error")).hasValue("access_denied");
        assertThat(denied.linkParameter("state")).hasValue(client.state());
        assertThat(denied.linkParameter("iss")).hasValue(world.url());
    }

    @Test
    void aTokenForOneServerIsRefusedByAnother() {
        // RS-11
        TestClient client = TestClient.register(world);
        String token = client.redeem(world.url(), client.code()).json().getString("access_token");
        Answer answer = client.echo(world.url() + "/other/mcp", token, "hi");
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate").orElseThrow()).contains("error=\"invalid_token\"", "/other/mcp");
    }

    private static JsonObject claims(String jwt) {
        return new JsonObject(new String(Base64.getUrlDecoder().decode(jwt.split("\\.")[1]), StandardCharsets.UTF_8));
    }
}
