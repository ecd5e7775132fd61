package dev.portcullis.dev.cognito;

import static dev.portcullis.dev.cognito.Browser.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TokenEndpointTest extends SimulatorTest {
    private static final String SECRET_A = "first+secret+with+plus+signs0001";
    private static final String SECRET_B = "second+secret+with+plus+signs002";
    private static final AppClient PUBLIC = AppClient.publicClient("publicappclient00000000001", Browser.CALLBACK);
    private static final AppClient MACHINE = AppClient.confidential(
                    "machineappclient0000000001", SECRET_A, Browser.CALLBACK)
            .withScopes("gw/read", "gw/write")
            .withFlows(AppClient.Flow.CLIENT_CREDENTIALS);

    @Override
    CognitoPool pool() {
        AppClient client = AppClient.confidential("confidentialappclient00001", SECRET_A, Browser.CALLBACK)
                .withSecrets(SECRET_A, SECRET_B);
        return CognitoPool.of(client, PoolUser.of("ada", PASSWORD))
                .withClient(PUBLIC)
                .withClient(MACHINE)
                .withResourceServer(new ResourceServer("gw", Set.of("read", "write")));
    }

    private String code() {
        return browser.code(browser.request(BASIC_SCOPE), "ada", PASSWORD);
    }

    private HttpRequest<Buffer> post() {
        return browser.plain().postAbs(simulator.domain() + "/oauth2/token");
    }

    private static void assertError(HttpResponse<Buffer> answer, String error) {
        assertThat(json(answer)).isEqualTo(new JsonObject().put("error", error));
        assertThat(answer.statusCode()).isEqualTo(400);
    }

    @Test
    void bothSecretsWorkInTheHeaderAndInTheBody() {
        for (String secret : new String[] {SECRET_A, SECRET_B}) {
            HttpResponse<Buffer> basic = Browser.await(post().basicAuthentication(client().id(), secret)
                    .sendForm(browser.codeForm(code()).add("client_id", client().id())));
            HttpResponse<Buffer> body = Browser.await(post().sendForm(browser.codeForm(code())
                    .add("client_id", client().id())
                    .add("client_secret", secret)));
            assertThat(basic.statusCode()).isEqualTo(200);
            assertThat(body.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aSecretThatWasRotatedOutIsRefused() {
        Browser.await(simulator.changeClient(client().id(), client -> client.withSecrets(SECRET_B)));

        assertError(browser.redeem(client(), code()), "invalid_client");
        assertThat(browser.redeem(client().withSecrets(SECRET_B), code()).statusCode())
                .isEqualTo(200);
    }

    @Test
    void whoCannotProveToBeTheClientGetsInvalidClient() {
        MultiMap form = browser.codeForm("irrelevant");
        String id = client().id();

        assertError(Browser.await(post().basicAuthentication(id, "wrong").sendForm(form)), "invalid_client");
        assertError(Browser.await(post().basicAuthentication("nobody", SECRET_A).sendForm(form)), "invalid_client");
        assertError(Browser.await(post().bearerTokenAuthentication("x").sendForm(form)), "invalid_client");
        assertError(
                Browser.await(post().basicAuthentication(id, SECRET_A)
                        .sendForm(browser.codeForm("irrelevant").add("client_id", PUBLIC.id()))),
                "invalid_client");
        assertError(
                Browser.await(post().sendForm(browser.codeForm("irrelevant").add("client_id", id))), "invalid_client");
        assertError(
                Browser.await(post().sendForm(browser.codeForm("irrelevant")
                        .add("client_id", PUBLIC.id())
                        .add("client_secret", SECRET_A))),
                "invalid_client");
        assertError(Browser.await(post().sendForm(form)), "invalid_request");
    }

    @Test
    void aPublicClientNamesItselfInTheBody() {
        String code = browser.code(browser.request("openid").set("client_id", PUBLIC.id()), "ada", PASSWORD);

        assertThat(browser.redeem(PUBLIC, code).statusCode()).isEqualTo(200);
    }

    @Test
    void aCodeWorksOnceAndTheFirstTokensSurviveItsReplay() {
        String code = code();
        JsonObject tokens = json(browser.redeem(client(), code));

        assertError(browser.redeem(client(), code), "invalid_grant");
        assertThat(browser.refresh(client(), tokens.getString("refresh_token")).statusCode())
                .isEqualTo(200);
    }

    @Test
    void aCodeIsOverAfterFiveMinutes() {
        String inTime = code();
        clock.advance(Duration.ofMinutes(5).minusMillis(1));
        assertThat(browser.redeem(client(), inTime).statusCode()).isEqualTo(200);

        String late = code();
        clock.advance(Duration.ofMinutes(5));
        assertError(browser.redeem(client(), late), "invalid_grant");
    }

    @Test
    void aCodeIsBoundToItsClientAndItsVerifier() {
        assertError(browser.redeem(PUBLIC, code()), "invalid_grant");
        assertError(
                browser.token(client(), browser.codeForm(code()).set("code_verifier", "a".repeat(43))),
                "invalid_grant");
        assertError(browser.token(client(), browser.codeForm(code()).remove("code_verifier")), "invalid_grant");
        assertError(browser.redeem(client(), "not-a-code"), "invalid_grant");
    }

    @Test
    void aVerifierWithoutAChallengeIsRefusedAndNeitherIsFine() {
        MultiMap request = browser.request("openid").remove("code_challenge").remove("code_challenge_method");

        assertError(browser.redeem(client(), browser.code(request, "ada", PASSWORD)), "invalid_grant");
        MultiMap form = browser.codeForm(browser.code(request.set("prompt", "login"), "ada", PASSWORD));
        assertThat(browser.token(client(), form.remove("code_verifier")).statusCode())
                .isEqualTo(200);
    }

    @Test
    void anotherRedirectUriIsTheOneErrorWithADescription() {
        HttpResponse<Buffer> answer =
                browser.token(client(), browser.codeForm(code()).set("redirect_uri", Browser.CALLBACK + "/"));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer))
                .isEqualTo(new JsonObject()
                        .put("error", "unauthorized_client")
                        .put("error_description", "invalid_redirect"));
    }

    @Test
    void getIs405WithNothingInItAndJsonIsAnInvalidRequest() {
        HttpResponse<Buffer> get = Browser.await(
                browser.plain().getAbs(simulator.domain() + "/oauth2/token").send());
        assertThat(get.statusCode()).isEqualTo(405);
        assertThat(get.body()).isNull();

        assertError(
                Browser.await(post().basicAuthentication(client().id(), SECRET_A)
                        .sendJsonObject(new JsonObject().put("grant_type", "authorization_code"))),
                "invalid_request");
    }

    @Test
    void missingAndRepeatedParametersAreInvalidRequests() {
        MultiMap twice = browser.codeForm(code());
        twice.add("code", "again");

        assertError(browser.token(client(), twice), "invalid_request");
        for (String name : new String[] {"grant_type", "code", "redirect_uri"}) {
            assertError(browser.token(client(), browser.codeForm(code()).remove(name)), "invalid_request");
        }
        assertError(
                browser.token(client(), MultiMap.caseInsensitiveMultiMap().add("grant_type", "refresh_token")),
                "invalid_request");
    }

    @Test
    void thereAreThreeGrantsAndTokenExchangeIsNotOne() {
        assertError(
                browser.token(
                        client(),
                        MultiMap.caseInsensitiveMultiMap()
                                .add("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")),
                "unsupported_grant_type");
    }

    @Test
    void noIdTokenWithoutOpenid() {
        Browser.await(simulator.changeClient(client().id(), client -> client.withScopes("gw/read")));

        JsonObject tokens = json(browser.redeem(client(), browser.code(browser.request("gw/read"), "ada", PASSWORD)));
        assertThat(tokens.getMap()).containsOnlyKeys("access_token", "refresh_token", "token_type", "expires_in");
    }

    @Test
    void aScopeWhoseAttributesTheClientMayNotReadSpoilsTheGrant() {
        Browser.await(simulator.changeClient(client().id(), client -> client.withReadAttributes("email")));

        assertError(browser.redeem(client(), code()), "invalid_grant");
    }

    @Test
    void aUserWhoWasDisabledMeanwhileGetsNoTokens() {
        String code = code();
        Browser.await(simulator.changeUser("ada", user -> user.withEnabled(false)));

        assertError(browser.redeem(client(), code), "invalid_grant");
    }

    @Test
    void aMachineGetsAnAccessTokenWithoutAUser() throws Exception {
        MultiMap form = MultiMap.caseInsensitiveMultiMap()
                .add("grant_type", "client_credentials")
                .add("scope", "gw/read");
        JsonObject tokens = json(browser.token(MACHINE, form));

        assertThat(tokens.getMap()).containsOnlyKeys("access_token", "token_type", "expires_in");
        assertThat(claims(tokens.getString("access_token")).toJSONObject())
                .containsEntry("sub", MACHINE.id())
                .containsEntry("client_id", MACHINE.id())
                .containsEntry("scope", "gw/read")
                .containsEntry("token_use", "access")
                .doesNotContainKeys("username", "cognito:groups");
        assertError(browser.token(MACHINE, form.set("scope", "gw/other")), "invalid_scope");
        assertError(browser.token(client(), form.set("scope", "gw/read")), "unauthorized_client");
        assertError(browser.redeem(MACHINE, "x"), "unauthorized_client");
    }
}
