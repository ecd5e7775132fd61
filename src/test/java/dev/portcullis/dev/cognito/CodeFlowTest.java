package dev.portcullis.dev.cognito;

import static dev.portcullis.dev.cognito.Browser.json;
import static dev.portcullis.dev.cognito.Browser.location;
import static dev.portcullis.dev.cognito.Browser.query;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CodeFlowTest extends SimulatorTest {

    @Test
    void aSignInEndsAtTheCallbackWithAUuidCodeAndTheState() {
        HttpResponse<Buffer> answer = browser.signIn(browser.request(BASIC_SCOPE), "ada", PASSWORD);

        assertThat(answer.statusCode()).isEqualTo(302);
        Map<String, String> callback = query(location(answer));
        assertThat(location(answer)).startsWith(Browser.CALLBACK + "?");
        assertThat(callback).containsOnlyKeys("code", "state").containsEntry("state", "abc-123_XYZ");
        assertThat(callback.get("code")).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    }

    @Test
    void aCodeBuysThreeTokensAndNoScopeMember() {
        HttpResponse<Buffer> answer =
                browser.redeem(client(), browser.code(browser.request(BASIC_SCOPE), "ada", PASSWORD));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.getHeader("Content-Type")).isEqualTo("application/json;charset=UTF-8");
        assertThat(answer.getHeader("Access-Control-Allow-Origin")).isEqualTo("*");
        assertThat(answer.getHeader("Cache-Control")).contains("no-store");
        assertThat(answer.getHeader("x-amz-cognito-request-id")).isNotBlank();
        JsonObject tokens = json(answer);
        assertThat(tokens.getMap())
                .containsOnlyKeys("access_token", "id_token", "refresh_token", "token_type", "expires_in")
                .containsEntry("token_type", "Bearer")
                .containsEntry("expires_in", 3600);
    }

    @Test
    void accessAndIdTokenAreSignedByDifferentKeysAndSayNoType() throws Exception {
        JsonObject tokens = signIn();
        SignedJWT access = SignedJWT.parse(tokens.getString("access_token"));
        SignedJWT id = SignedJWT.parse(tokens.getString("id_token"));

        assertThat(access.getHeader().toJSONObject()).containsOnlyKeys("kid", "alg");
        assertThat(id.getHeader().toJSONObject()).containsOnlyKeys("kid", "alg");
        assertThat(access.getHeader().getKeyID()).isNotEqualTo(id.getHeader().getKeyID());
        assertThat(verifies(access.serialize())).isTrue();
        assertThat(verifies(id.serialize())).isTrue();
    }

    @Test
    void theAccessTokenNamesTheClientAndHasNoAudience() throws Exception {
        JWTClaimsSet claims = claims(signIn().getString("access_token"));

        assertThat(claims.toJSONObject())
                .containsOnlyKeys(
                        "sub",
                        "iss",
                        "version",
                        "client_id",
                        "origin_jti",
                        "event_id",
                        "token_use",
                        "scope",
                        "auth_time",
                        "exp",
                        "iat",
                        "jti",
                        "username")
                .containsEntry("token_use", "access")
                .containsEntry("client_id", client().id())
                .containsEntry("scope", BASIC_SCOPE)
                .containsEntry("username", "ada")
                .containsEntry("iss", simulator.issuer())
                .containsEntry("iat", clock.instant().getEpochSecond())
                .containsEntry("exp", clock.instant().getEpochSecond() + 3600);
    }

    @Test
    void theIdTokenHasTheClientAsAudienceTheNonceAndBooleans() throws Exception {
        String code = browser.code(browser.request("openid email").add("nonce", "n-0S6_WzA2Mj"), "ada", PASSWORD);
        JWTClaimsSet claims = claims(json(browser.redeem(client(), code)).getString("id_token"));

        assertThat(claims.toJSONObject())
                .containsEntry("aud", client().id())
                .containsEntry("token_use", "id")
                .containsEntry("cognito:username", "ada")
                .containsEntry("nonce", "n-0S6_WzA2Mj")
                .containsEntry("email", "ada@example.com")
                .containsEntry("email_verified", true)
                .doesNotContainKeys("cognito:groups", "client_id", "scope");
    }

    @Test
    void theRefreshTokenLooksLikeAnEncryptedJwt() {
        String token = signIn().getString("refresh_token");

        assertThat(token.split("\\.")).hasSize(5);
        assertThat(token).startsWith("eyJ").hasSizeBetween(1500, 1900);
    }
}
