package dev.portcullis.dev.cognito;

import static dev.portcullis.dev.cognito.Browser.csrf;
import static dev.portcullis.dev.cognito.Browser.location;
import static dev.portcullis.dev.cognito.Browser.query;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.client.HttpResponse;
import org.junit.jupiter.api.Test;

class LoginPageTest extends SimulatorTest {

    private String loginUrl() {
        return location(browser.authorize(browser.request("openid")));
    }

    @Test
    void thePageIsHtmlWithCognitosFieldsAndNoScript() {
        HttpResponse<Buffer> page = browser.get(loginUrl());

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.getHeader("Content-Type")).startsWith("text/html");
        assertThat(page.getHeader("Content-Security-Policy")).contains("default-src 'none'");
        assertThat(page.bodyAsString())
                .contains("name=\"_csrf\"")
                .contains("name=\"username\"")
                .contains("name=\"password\"")
                .contains("name=\"cognitoAsfData\"")
                .contains("name=\"signInSubmitButton\"")
                .contains("stand-in for Amazon Cognito")
                .doesNotContain("<script");
    }

    @Test
    void everyAnswerOfTheDomainCarriesTheXsrfCookie() {
        HttpResponse<Buffer> answer = Browser.await(
                browser.plain().getAbs(simulator.domain() + "/logout").send());

        assertThat(answer.cookies()).anyMatch(cookie -> cookie.startsWith("XSRF-TOKEN="));
        assertThat(answer.cookies())
                .allMatch(cookie -> cookie.toLowerCase(java.util.Locale.ROOT).contains("httponly"));
    }

    @Test
    void aFormWithoutTheCookiesTokenIsRefused() {
        String login = loginUrl();
        browser.get(login);

        HttpResponse<Buffer> answer = browser.submit(login, "11111111-1111-1111-1111-111111111111", "ada", PASSWORD);

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.getHeader("Location")).isNull();
    }

    @Test
    void aWrongPasswordAndAnUnknownUserShowTheSamePageAndSentence() {
        String login = loginUrl();
        String csrf = csrf(browser.get(login));

        for (String[] attempt : new String[][] {{"ada", "wrong"}, {"nobody", PASSWORD}}) {
            HttpResponse<Buffer> answer = browser.submit(login, csrf, attempt[0], attempt[1]);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.bodyAsString())
                    .contains("Incorrect username or password.")
                    .contains("value=\"" + attempt[0] + "\"");
        }
        assertThat(query(location(browser.submit(login, csrf, "ada", PASSWORD))))
                .containsKey("code");
    }

    @Test
    void whatIsEchoedIsEscaped() {
        String login = loginUrl();
        String evil = "\"><script>alert(1)</script>";

        String body = browser.submit(login, csrf(browser.get(login)), evil, "x").bodyAsString();
        assertThat(body).contains("&#34;>&lt;script>").doesNotContain("<script");
        assertThat(browser.get(simulator.domain() + "/error?error=%3Cscript%3E").bodyAsString())
                .contains("&lt;script")
                .doesNotContain("<script");
    }

    @Test
    void aLoginHintFillsInTheUserNameButNothingFillsInThePassword() {
        String login = location(browser.authorize(browser.request("openid").set("login_hint", "ada@example.com")));

        assertThat(browser.get(login).bodyAsString())
                .contains("value=\"ada@example.com\"")
                .doesNotContain(PASSWORD);
    }

    @Test
    void aDisabledUserIsToldSo() {
        Browser.await(simulator.changeUser("ada", user -> user.withEnabled(false)));
        String login = loginUrl();

        assertThat(browser.submit(login, csrf(browser.get(login)), "ada", PASSWORD)
                        .bodyAsString())
                .contains("User is disabled.");
    }

    @Test
    void thePageChecksTheRequestAgain() {
        assertThat(location(browser.get(loginUrl().replace("callback", "elsewhere"))))
                .startsWith(simulator.domain() + "/error?error=redirect_mismatch");
    }

    @Test
    void aPasswordCanBeChangedWhileThePoolRuns() {
        Browser.await(simulator.changeUser("ada", user -> user.withPassword("another password")));

        assertThat(query(location(browser.signIn(browser.request("openid"), "ada", "another password"))))
                .containsKey("code");
    }
}
