package dev.portcullis.dev.cognito;

import static dev.portcullis.dev.cognito.Browser.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import org.junit.jupiter.api.Test;

class DiscoveryTest extends SimulatorTest {

    @Test
    void discoveryHasTheMembersOfARealPoolAndNoOthers() {
        JsonObject document = json(browser.get(simulator.issuerBaseUrl() + "/.well-known/openid-configuration"));

        String domain = simulator.domain();
        assertThat(document.getMap())
                .containsOnlyKeys(
                        "authorization_endpoint",
                        "end_session_endpoint",
                        "id_token_signing_alg_values_supported",
                        "issuer",
                        "jwks_uri",
                        "response_types_supported",
                        "revocation_endpoint",
                        "scopes_supported",
                        "subject_types_supported",
                        "token_endpoint",
                        "token_endpoint_auth_methods_supported",
                        "userinfo_endpoint");
        assertThat(document.getString("issuer"))
                .isEqualTo("https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Sim000001")
                .isEqualTo(simulator.issuer());
        assertThat(document.getString("authorization_endpoint")).isEqualTo(domain + "/oauth2/authorize");
        assertThat(document.getString("token_endpoint")).isEqualTo(domain + "/oauth2/token");
        assertThat(document.getString("userinfo_endpoint")).isEqualTo(domain + "/oauth2/userInfo");
        assertThat(document.getString("revocation_endpoint")).isEqualTo(domain + "/oauth2/revoke");
        assertThat(document.getString("end_session_endpoint")).isEqualTo(domain + "/logout");
        assertThat(document.getString("jwks_uri")).isEqualTo(simulator.jwksUri());
        assertThat(document.getJsonArray("response_types_supported")).isEqualTo(new JsonArray("[\"code\",\"token\"]"));
    }

    @Test
    void theKeySetHoldsTwoRsaKeysWhoseIdsArePaddedBase64() {
        JsonArray keys = json(browser.get(simulator.jwksUri())).getJsonArray("keys");

        assertThat(keys).hasSize(2);
        for (Object entry : keys) {
            JsonObject key = (JsonObject) entry;
            assertThat(key.getMap()).containsOnlyKeys("alg", "e", "kid", "kty", "n", "use");
            assertThat(key.getString("kid")).endsWith("=").hasSize(44);
            assertThat(key.getString("alg")).isEqualTo("RS256");
            assertThat(key.getString("use")).isEqualTo("sig");
        }
        assertThat(keys.getJsonObject(0).getString("kid"))
                .isNotEqualTo(keys.getJsonObject(1).getString("kid"));
        assertThat(simulator.calls().jwksFetches()).isEqualTo(1);
    }

    @Test
    void anUnknownPoolIsAJsonError() {
        String url = simulator.issuerBaseUrl().replace("Sim000001", "Other0001");
        HttpResponse<Buffer> answer = browser.get(url + "/.well-known/jwks.json");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(json(answer).getString("message")).contains("us-east-1_Other0001");
    }

    @Test
    void theIssuerHostServesNoOauthAndTheDomainHostNoDiscovery() {
        assertThat(browser.get(simulator.issuerBaseUrl() + "/authorize").statusCode())
                .isEqualTo(400);
        assertThat(browser.get(simulator.domain() + "/.well-known/openid-configuration")
                        .statusCode())
                .isEqualTo(404);
    }
}
