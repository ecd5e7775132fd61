package dev.portcullis.dev.cognito;

import static dev.portcullis.dev.cognito.Browser.location;
import static dev.portcullis.dev.cognito.Browser.query;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A classic hosted UI, and a pool in which everybody is signed in. */
class AuthorizeModesTest extends SimulatorTest {

    @Override
    CognitoPool pool() {
        return super.pool().withManagedLogin(1);
    }

    @Override
    CognitoSimulator.Options options() {
        return super.options().withAlwaysSignedIn("ada");
    }

    @Test
    void theTestHookGivesACodeWithoutAPage() {
        assertThat(query(location(browser.authorize(browser.request("openid")))))
                .containsOnlyKeys("code", "state");
    }

    @Test
    void theClassicHostedUiDoesNotKnowResource() {
        assertThat(browser.authorize(browser.request("openid").set("resource", "https://mcp.example.com"))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void theClassicHostedUiIgnoresPrompt() {
        assertThat(query(location(browser.authorize(browser.request("openid").set("prompt", "login")))))
                .containsKey("code");
    }
}
