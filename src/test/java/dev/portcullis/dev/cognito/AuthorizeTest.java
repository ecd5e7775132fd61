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
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorizeTest extends SimulatorTest {
    private static final String OTHER_CALLBACK = "https://other.example.com/cb";
    private static final AppClient OTHER =
            AppClient.confidential("otherappclient000000000001", "othersecret0000000000000001", OTHER_CALLBACK);

    @Override
    CognitoPool pool() {
        CognitoPool demo = super.pool();
        AppClient client = demo.client()
                .withScopes("openid", "email", "profile", "https://api.example.com/v1/read", "gw/gone", "gw/kept");
        return CognitoPool.of(client, PoolUser.of("ada", PASSWORD))
                .withClient(OTHER)
                .withResourceServer(new ResourceServer("https://api.example.com/v1", Set.of("read")))
                .withResourceServer(new ResourceServer("gw", Set.of("kept")));
    }

    @Test
    void anUnknownClientLandsOnTheDomainsOwnErrorPage() {
        HttpResponse<Buffer> answer =
                browser.authorize(browser.request("openid").set("client_id", "nobody"));

        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(location(answer)).startsWith(simulator.domain() + "/error?");
        assertThat(query(location(answer))).containsKey("error").containsEntry("client_id", "nobody");
        HttpResponse<Buffer> page = browser.get(location(answer));
        assertThat(page.statusCode()).isEqualTo(400);
        assertThat(page.bodyAsString()).contains("An error was encountered with the requested page.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://app.example.com/callback/",
                "https://app.example.com/callback?a=b",
                "https://app.example.com:443/callback",
                "http://app.example.com/callback",
                "https://APP.example.com/callback"
            })
    void aRedirectUriThatIsNotRegisteredToTheCharacterIsNeverRedirectedTo(String redirectUri) {
        HttpResponse<Buffer> answer =
                browser.authorize(browser.request("openid").set("redirect_uri", redirectUri));

        assertThat(location(answer)).startsWith(simulator.domain() + "/error?");
        assertThat(query(location(answer)))
                .containsEntry("error", "redirect_mismatch")
                .containsEntry("client_id", client().id());
    }

    @ParameterizedTest
    @CsvSource({
        "response_type,             , invalid_request",
        "response_type,        token, unauthorized_client",
        "response_type,     id_token, invalid_request",
        "code_challenge_method,     , invalid_request",
        "code_challenge_method,plain, invalid_request",
        "code_challenge,            , invalid_request",
        "code_challenge,       short, invalid_request",
        "scope,       openid unknown, invalid_scope",
        "scope, openid offline_access, invalid_scope",
        "scope,                email, invalid_scope",
        "prompt,          none login, invalid_request",
        "resource,http://example.com, invalid_request"
    })
    void aBadRestGoesBackToTheClientWithErrorAndState(String name, String value, String error) {
        MultiMap request = browser.request("openid");
        request.remove(name);
        if (value != null) {
            request.set(name, value);
        }
        String location = location(browser.authorize(request));

        assertThat(location).startsWith(Browser.CALLBACK + "?");
        assertThat(query(location)).isEqualTo(Map.of("error", error, "state", "abc-123_XYZ"));
    }

    @Test
    void scopesJoinedByALiteralPlusAreOneUnknownScope() {
        HttpResponse<Buffer> answer = browser.authorize(browser.request("openid+email"));

        assertThat(query(location(answer))).containsEntry("error", "invalid_scope");
    }

    @Test
    void unknownScopesCanBeReportedAsLivePoolsDo() {
        simulator.faults().errorForm(Faults.ErrorForm.OBSERVED);
        assertThat(location(browser.authorize(browser.request("openid unknown"))))
                .isEqualTo(
                        Browser.CALLBACK + "?error_description=invalid_scope&state=abc-123_XYZ&error=invalid_request");

        simulator.faults().errorForm(Faults.ErrorForm.ERROR_PAGE);
        assertThat(location(browser.authorize(browser.request("openid unknown"))))
                .isEqualTo(simulator.domain() + "/error?error=invalid_scope&client_id=" + client().id());
    }

    @Test
    void withoutASessionTheBrowserGoesToTheLoginPageWithTheSameQuery() {
        MultiMap request = browser.request("openid email");
        String login = location(browser.authorize(request));

        assertThat(login).startsWith(simulator.domain() + "/login?");
        request.forEach(entry -> assertThat(query(login)).containsEntry(entry.getKey(), entry.getValue()));
    }

    @Test
    void theSessionIsGoodForEveryClientOfThePoolForOneHourAndNotRenewedByUse() {
        browser.signIn(browser.request("openid"), "ada", PASSWORD);
        MultiMap other = browser.request("openid").set("client_id", OTHER.id()).set("redirect_uri", OTHER_CALLBACK);

        clock.advance(Duration.ofMinutes(59));
        assertThat(location(browser.authorize(other))).startsWith(OTHER_CALLBACK + "?code=");
        clock.advance(Duration.ofMinutes(1));
        assertThat(location(browser.authorize(other))).startsWith(simulator.domain() + "/login?");
    }

    @Test
    void promptNoneNeverShowsAPageAndPromptLoginAlwaysDoes() {
        MultiMap none = browser.request("openid").set("prompt", "none");
        assertThat(query(location(browser.authorize(none))))
                .isEqualTo(Map.of("error", "login_required", "state", "abc-123_XYZ"));

        browser.signIn(browser.request("openid"), "ada", PASSWORD);

        assertThat(query(location(browser.authorize(none)))).containsKey("code");
        assertThat(location(browser.authorize(browser.request("openid").set("prompt", "login"))))
                .startsWith(simulator.domain() + "/login?");
    }

    @Test
    void stateComesBackDecodedOnceTooOften() {
        browser.signIn(browser.request("openid"), "ada", PASSWORD);
        MultiMap request = browser.request("openid").set("state", "a+b/c=");

        assertThat(query(location(browser.authorize(request)))).containsEntry("state", "a b/c=");
        simulator.faults().stateMangling(false);
        assertThat(query(location(browser.authorize(request)))).containsEntry("state", "a+b/c=");
    }

    @Test
    void aStateWithAPercentSignFailsUnlessFidelityIsOff() {
        MultiMap request = browser.request("openid").set("state", "100%25");

        assertThat(browser.authorize(request).statusCode()).isEqualTo(400);
        simulator.faults().stateMangling(false);
        assertThat(location(browser.authorize(request))).startsWith(simulator.domain() + "/login?");
    }

    @Test
    void aResourceBecomesTheAudienceAndRefreshKeepsIt() throws Exception {
        MultiMap request = browser.request("openid").set("resource", "https://mcp.example.com/mcp");
        JsonObject tokens = json(browser.redeem(client(), browser.code(request, "ada", PASSWORD)));
        JsonObject refreshed = json(browser.refresh(client(), tokens.getString("refresh_token")));

        assertThat(claims(tokens.getString("access_token")).getAudience())
                .containsExactly("https://mcp.example.com/mcp");
        assertThat(claims(refreshed.getString("access_token")).getAudience())
                .containsExactly("https://mcp.example.com/mcp");
    }

    @Test
    void customScopesMayHaveUrlsForIdentifiersAndDeletedOnesAreDroppedInSilence() throws Exception {
        String code = browser.code(
                browser.request("openid https://api.example.com/v1/read gw/gone gw/kept"), "ada", PASSWORD);
        JsonObject tokens = json(browser.redeem(client(), code));

        assertThat(claims(tokens.getString("access_token")).getStringClaim("scope"))
                .isEqualTo("openid https://api.example.com/v1/read gw/kept");
    }

    @Test
    void anErrorOfALambdaTriggerArrivesWithItsDescriptionFirst() {
        simulator
                .faults()
                .on(Call.AUTHORIZE, new Fault.RedirectError("invalid_request", "PreSignUp failed with error no"), 1);

        assertThat(location(browser.authorize(browser.request("openid"))))
                .isEqualTo(Browser.CALLBACK
                        + "?error_description=PreSignUp+failed+with+error+no&state=abc-123_XYZ&error=invalid_request");
    }
}
