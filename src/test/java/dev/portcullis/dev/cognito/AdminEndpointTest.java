package dev.portcullis.dev.cognito;

import static dev.portcullis.dev.cognito.Browser.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AdminEndpointTest extends SimulatorTest {

    @Override
    CognitoSimulator.Options options() {
        return super.options().withAdminEndpoint();
    }

    private HttpResponse<Buffer> post(String path, JsonObject body) {
        return Browser.await(browser.plain().postAbs(simulator.domain() + path).sendJsonObject(body));
    }

    @Test
    void theSwitchesWorkByHttp() throws Exception {
        JsonObject change = new JsonObject()
                .put(
                        "calls",
                        new JsonObject()
                                .put(
                                        "JWKS",
                                        new JsonObject()
                                                .put("kind", "html")
                                                .put("status", 502)
                                                .put("times", 1)))
                .put("accessTokens", "NO_KID")
                .put("idTokens", "OTHER_CLIENT")
                .put("clockSkewSeconds", 120)
                .put("oversizedGroups", 3)
                .put("issuer", "UPDATED")
                .put("errorForm", "OBSERVED")
                .put("stateMangling", false)
                .put("wafNeedsUserAgent", true)
                .put("requestsPerSecondPerClient", 50);

        assertThat(post("/_admin/faults", change).statusCode()).isEqualTo(204);

        Faults faults = simulator.faults();
        assertThat(browser.get(simulator.jwksUri()).statusCode()).isEqualTo(502);
        assertThat(browser.get(simulator.jwksUri()).statusCode()).isEqualTo(200);
        assertThat(faults.accessTokens()).isEqualTo(TokenFlaw.NO_KID);
        assertThat(faults.idTokens()).isEqualTo(TokenFlaw.OTHER_CLIENT);
        assertThat(faults.clockSkew()).isEqualTo(Duration.ofMinutes(2));
        assertThat(faults.oversizedGroups()).isEqualTo(3);
        assertThat(faults.issuer()).isEqualTo(Faults.IssuerType.UPDATED);
        assertThat(faults.errorForm()).isEqualTo(Faults.ErrorForm.OBSERVED);
        assertThat(faults.stateMangling()).isFalse();
        assertThat(faults.wafNeedsUserAgent()).isTrue();
        assertThat(faults.requestsPerSecondPerClient()).isEqualTo(50);

        assertThat(post("/_admin/faults", new JsonObject().put("clear", true)).statusCode())
                .isEqualTo(204);
        assertThat(claims(signIn().getString("access_token")).getClaim("cognito:groups"))
                .isNull();
    }

    @Test
    void aMistakeChangesNothing() {
        for (JsonObject mistake : new JsonObject[] {
            new JsonObject().put("oversizedGroups", 3).put("noSuchSwitch", true),
            new JsonObject().put("oversizedGroups", 3).put("accessTokens", "NO_SUCH_FLAW"),
            new JsonObject().put("oversizedGroups", "three"),
            new JsonObject().put("oversizedGroups", 3).put("clockSkewSeconds", (Object) null),
            new JsonObject()
                    .put("oversizedGroups", 3)
                    .put("calls", new JsonObject().put("JWKS", new JsonObject().put("kind", "no such kind")))
        }) {
            assertThat(post("/_admin/faults", mistake).statusCode())
                    .as(mistake.encode())
                    .isEqualTo(400);
        }
        assertThat(post("/_admin/users", new JsonObject().put("username", "ada").putNull("groups"))
                        .statusCode())
                .isEqualTo(400);
        assertThat(post("/_admin/keys", new JsonObject().put("step", "backwards"))
                        .statusCode())
                .isEqualTo(400);
        assertThat(simulator.faults().oversizedGroups()).isZero();
    }

    @Test
    void keysRotateByHttp() {
        for (String step : new String[] {"add", "sign", "remove"}) {
            assertThat(post("/_admin/keys", new JsonObject().put("step", step)).statusCode())
                    .isEqualTo(204);
            assertThat(json(browser.get(simulator.jwksUri())).getJsonArray("keys"))
                    .hasSize(step.equals("remove") ? 2 : 4);
        }
    }

    @Test
    void usersChangeByHttp() throws Exception {
        JsonObject change = new JsonObject().put("username", "ada").put("groups", new JsonArray().add("admins"));

        assertThat(post("/_admin/users", change).statusCode()).isEqualTo(204);
        assertThat(claims(signIn().getString("access_token")).getStringListClaim("cognito:groups"))
                .containsExactly("admins");
        assertThat(post("/_admin/users", change.put("username", "nobody")).statusCode())
                .isEqualTo(400);
    }

    @Test
    void callsCanBeCountedByHttp() {
        browser.get(simulator.jwksUri());

        assertThat(json(browser.get(simulator.domain() + "/_admin/calls")).getLong("JWKS"))
                .isEqualTo(1);
    }

    @Test
    void aWebPageCannotThrowTheSwitches() {
        HttpResponse<Buffer> simpleRequest = Browser.await(browser.plain()
                .postAbs(simulator.domain() + "/_admin/faults")
                .putHeader("Content-Type", "text/plain")
                .sendBuffer(Buffer.buffer("{\"oversizedGroups\":3}")));
        HttpResponse<Buffer> rebound = Browser.await(browser.plain()
                .postAbs(simulator.domain() + "/_admin/faults")
                .virtualHost("evil.example.com")
                .sendJsonObject(new JsonObject().put("oversizedGroups", 3)));

        assertThat(simpleRequest.statusCode()).isEqualTo(403);
        assertThat(rebound.statusCode()).isEqualTo(403);
        assertThat(simulator.faults().oversizedGroups()).isZero();
    }
}
