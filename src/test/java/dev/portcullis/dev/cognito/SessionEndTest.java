package dev.portcullis.dev.cognito;

import static dev.portcullis.dev.cognito.Browser.json;
import static dev.portcullis.dev.cognito.Browser.location;
import static dev.portcullis.dev.cognito.Browser.query;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Revocation, userInfo and logout. */
class SessionEndTest extends SimulatorTest {
    private static final String BYE = "https://app.example.com/bye";

    @Override
    CognitoPool pool() {
        CognitoPool demo = super.pool();
        return CognitoPool.of(
                demo.client().withLogoutUrls(BYE),
                PoolUser.of("ada", PASSWORD)
                        .withAttributes(Map.of(
                                "email", "ada@example.com",
                                "email_verified", "true",
                                "phone_number", "+12065551212",
                                "phone_number_verified", "false",
                                "custom:team", "blue")));
    }

    private static void assertHeaderOnly(HttpResponse<Buffer> answer, int status, String header) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).isNull();
        assertThat(answer.getHeader("WWW-Authenticate")).isEqualTo(header);
    }

    private static void assertExpired(HttpResponse<Buffer> answer) {
        assertHeaderOnly(
                answer,
                401,
                "error=\"invalid_token\", error_description=\"Access token is expired, disabled, or deleted, or the"
                        + " user has globally signed out.\"");
    }

    @Test
    void userInfoHasStringsWhereTheIdTokenHasBooleans() throws Exception {
        JsonObject tokens = signIn();
        HttpResponse<Buffer> answer = browser.userInfo(tokens.getString("access_token"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.getHeader("Content-Type")).isEqualTo("application/json;charset=UTF-8");
        assertThat(answer.getHeader("x-amz-cognito-request-id")).isNotBlank();
        assertThat(answer.getHeader("Cache-Control")).isEqualTo("no-cache, no-store, max-age=0, must-revalidate");
        assertThat(answer.getHeader("Pragma")).isEqualTo("no-cache");
        assertThat(answer.getHeader("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.getHeader("X-Frame-Options")).isEqualTo("DENY");
        assertThat(json(answer).getMap())
                .isEqualTo(Map.of(
                        "sub", claims(tokens.getString("access_token")).getSubject(),
                        "username", "ada",
                        "email", "ada@example.com",
                        "email_verified", "true",
                        "phone_number", "+12065551212",
                        "phone_number_verified", "false",
                        "custom:team", "blue"));
        assertThat(claims(tokens.getString("id_token")).toJSONObject())
                .containsEntry("email_verified", true)
                .containsEntry("phone_number_verified", false)
                .containsEntry("custom:team", "blue");
    }

    @Test
    void emailBesideOpenidNarrowsUserInfo() {
        JsonObject tokens =
                json(browser.redeem(client(), browser.code(browser.request("openid email"), "ada", PASSWORD)));

        assertThat(json(browser.userInfo(tokens.getString("access_token"))).getMap())
                .containsOnlyKeys("sub", "username", "email", "email_verified");
    }

    @Test
    void userInfoErrorsAreAHeaderAndNothingElse() {
        HttpResponse<Buffer> none = Browser.await(
                browser.plain().getAbs(simulator.domain() + "/oauth2/userInfo").send());
        assertHeaderOnly(
                none, 400, "error=\"invalid_request\", error_description=\"Bad OAuth2 request at UserInfo Endpoint\"");
        assertExpired(browser.userInfo("garbage"));
        assertExpired(browser.userInfo(signIn().getString("id_token")));
    }

    @Test
    void userInfoRefusesEveryFlawedToken() {
        for (TokenFlaw flaw : TokenFlaw.values()) {
            String token = Browser.await(simulator.mintAccessToken("ada", client().id(), List.of("openid"), flaw));
            boolean good = flaw == TokenFlaw.NONE || flaw == TokenFlaw.UNEXPECTED_AUDIENCE;
            assertThat(browser.userInfo(token).statusCode()).as(flaw.name()).isEqualTo(good ? 200 : 401);
        }
    }

    @Test
    void userInfoNeedsOpenid() {
        String token = Browser.await(simulator.mintAccessToken("ada", client().id(), List.of("phone"), TokenFlaw.NONE));

        assertHeaderOnly(
                browser.userInfo(token),
                403,
                "error=\"invalid_token\", error_description=\"Access token does not contain openid scope\"");
    }

    @Test
    void anExpiredTokenADisabledUserAndAGlobalSignOutEndUserInfo() {
        String token = signIn().getString("access_token");
        Browser.await(simulator.changeUser("ada", user -> user.withEnabled(false)));
        assertExpired(browser.userInfo(token));
        Browser.await(simulator.changeUser("ada", user -> user.withEnabled(true)));
        clock.advance(Duration.ofHours(1));
        assertExpired(browser.userInfo(token));

        String fresh =
                Browser.await(simulator.mintAccessToken("ada", client().id(), List.of("openid"), TokenFlaw.NONE));
        Browser.await(simulator.signOut("ada"));
        assertExpired(browser.userInfo(fresh));
    }

    @Test
    void revocationStopsTheSessionAtThePoolButNotItsSignatures() throws Exception {
        JsonObject tokens = signIn();
        HttpResponse<Buffer> revoked = browser.revoke(client(), tokens.getString("refresh_token"));

        assertThat(revoked.statusCode()).isEqualTo(200);
        assertThat(revoked.body()).isNull();
        assertThat(browser.refresh(client(), tokens.getString("refresh_token")).statusCode())
                .isEqualTo(400);
        assertExpired(browser.userInfo(tokens.getString("access_token")));
        assertThat(verifies(tokens.getString("access_token"))).isTrue();
    }

    @Test
    void revokingAgainAndRevokingGarbageIsStill200() {
        String token = signIn().getString("refresh_token");

        for (String each : new String[] {token, token, "garbage"}) {
            assertThat(browser.revoke(client(), each).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void revocationNamesItsErrors() {
        JsonObject tokens = signIn();
        HttpResponse<Buffer> wrongKind = browser.revoke(client(), tokens.getString("access_token"));
        assertThat(wrongKind.statusCode()).isEqualTo(400);
        assertThat(json(wrongKind)).isEqualTo(new JsonObject().put("error", "unsupported_token_type"));

        HttpResponse<Buffer> noToken =
                browser.postAsClient("/oauth2/revoke", client(), MultiMap.caseInsensitiveMultiMap());
        assertThat(noToken.statusCode()).isEqualTo(400);
        assertThat(json(noToken)).isEqualTo(new JsonObject().put("error", "invalid_request"));

        HttpResponse<Buffer> stranger =
                browser.revoke(client().withSecrets("wrongsecret0000000000000001"), tokens.getString("refresh_token"));
        assertThat(stranger.statusCode()).isEqualTo(401);
        assertThat(json(stranger)).isEqualTo(new JsonObject().put("error", "invalid_client"));

        Browser.await(simulator.changeClient(client().id(), AppClient::withoutTokenRevocation));
        HttpResponse<Buffer> off = browser.revoke(client(), tokens.getString("refresh_token"));
        assertThat(off.statusCode()).isEqualTo(400);
        assertThat(json(off)).isEqualTo(new JsonObject().put("error", "invalid_request"));
    }

    @Test
    void logoutClearsTheSessionGoesToTheRegisteredUrlAndForgetsTheState() {
        JsonObject tokens = signIn();
        HttpResponse<Buffer> answer = browser.get(simulator.domain() + "/logout?client_id=" + client().id()
                + "&logout_uri=https%3A%2F%2Fapp.example.com%2Fbye&state=xyz");

        assertThat(location(answer)).isEqualTo(BYE);
        assertThat(location(browser.authorize(browser.request("openid")))).contains("/login?");
        assertThat(browser.refresh(client(), tokens.getString("refresh_token")).statusCode())
                .isEqualTo(200);
    }

    @Test
    void logoutWithARedirectUriAsksForAFreshSignIn() {
        signIn();
        String location = location(browser.get(simulator.domain() + "/logout", browser.request("openid")));

        assertThat(location).startsWith(simulator.domain() + "/login?");
        assertThat(query(location)).containsEntry("redirect_uri", Browser.CALLBACK);
        assertThat(location(browser.authorize(browser.request("openid")))).contains("/login?");
    }

    @Test
    void logoutToAnUnregisteredUrlStaysOnTheDomainAndKeepsTheSession() {
        signIn();
        String location = location(browser.get(simulator.domain() + "/logout?client_id=" + client().id()
                + "&logout_uri=https%3A%2F%2Fevil.example.com%2F"));

        assertThat(location).startsWith(simulator.domain() + "/error?");
        assertThat(query(location(browser.authorize(browser.request("openid")))))
                .containsKey("code");
    }

    @Test
    void openIdConnectsLogoutParametersAreNotCognitos() {
        String location = location(browser.get(simulator.domain() + "/logout?client_id=" + client().id()
                + "&post_logout_redirect_uri=https%3A%2F%2Fapp.example.com%2Fbye"));

        assertThat(location).startsWith(simulator.domain() + "/error?");
    }
}
