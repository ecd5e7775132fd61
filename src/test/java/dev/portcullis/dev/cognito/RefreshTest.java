package dev.portcullis.dev.cognito;

import static dev.portcullis.dev.cognito.Browser.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RefreshTest extends SimulatorTest {
    private static final Duration GRACE = Duration.ofSeconds(30);

    private void rotationOn() {
        Browser.await(simulator.changeClient(client().id(), client -> client.withRotation(RefreshRotation.on(GRACE))));
    }

    private String rotate(String token) {
        return json(browser.refresh(client(), token)).getString("refresh_token");
    }

    private void assertRefreshes(String token) {
        assertThat(browser.refresh(client(), token).statusCode()).isEqualTo(200);
    }

    private void assertRefused(String token) {
        HttpResponse<Buffer> answer = browser.refresh(client(), token);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer)).isEqualTo(new JsonObject().put("error", "invalid_grant"));
    }

    @Test
    void withoutRotationTheAnswerHasNoRefreshTokenAndTheOldOneGoesOn() {
        String token = signIn().getString("refresh_token");

        assertThat(json(browser.refresh(client(), token)).getMap())
                .containsOnlyKeys("access_token", "id_token", "token_type", "expires_in");
        assertRefreshes(token);
        assertThat(simulator.calls().refreshes()).isEqualTo(2);
    }

    @Test
    void theSessionKeepsItsOriginAndSignInTimeWhileTokensChange() throws Exception {
        JsonObject first = signIn();
        clock.advance(Duration.ofMinutes(10));
        JsonObject second = json(browser.refresh(client(), first.getString("refresh_token")));

        JWTClaimsSet before = claims(first.getString("access_token"));
        JWTClaimsSet after = claims(second.getString("access_token"));
        assertThat(after.getStringClaim("origin_jti"))
                .isEqualTo(before.getStringClaim("origin_jti"))
                .isEqualTo(claims(second.getString("id_token")).getStringClaim("origin_jti"));
        assertThat(after.getClaim("auth_time")).isEqualTo(before.getClaim("auth_time"));
        assertThat(after.getJWTID()).isNotEqualTo(before.getJWTID());
        assertThat(after.getIssueTime()).isAfter(before.getIssueTime());
        assertThat(after.getStringClaim("scope")).isEqualTo(BASIC_SCOPE);
    }

    @Test
    void theEndCountsFromSignInAndNoRefreshExtendsIt() {
        rotationOn();
        String token = signIn().getString("refresh_token");
        clock.advance(Duration.ofDays(29));
        String next = rotate(token);

        clock.advance(Duration.ofDays(1).minusSeconds(1));
        String last = rotate(next);
        clock.advance(Duration.ofSeconds(1));
        assertRefused(last);
    }

    @Test
    void groupsAreReadAgain() throws Exception {
        JsonObject first = signIn();
        assertThat(claims(first.getString("access_token")).getClaim("cognito:groups"))
                .isNull();
        Browser.await(simulator.changeUser("ada", user -> user.withGroups("admins", "staff")));

        JsonObject second = json(browser.refresh(client(), first.getString("refresh_token")));
        assertThat(claims(second.getString("access_token")).getStringListClaim("cognito:groups"))
                .containsExactly("admins", "staff");
    }

    @Test
    void aDisabledOrSignedOutUserAndAnotherClientAreRefused() {
        String token = signIn().getString("refresh_token");
        AppClient other = AppClient.publicClient("otherappclient000000000001", Browser.CALLBACK);
        Browser.await(simulator.changeUser("ada", user -> user.withEnabled(false)));
        assertRefused(token);
        Browser.await(simulator.changeUser("ada", user -> user.withEnabled(true)));
        assertRefreshes(token);

        assertThat(json(browser.refresh(other, token)).getString("error")).isEqualTo("invalid_client");
        assertRefused(token + "x");

        Browser.await(simulator.signOut("ada"));
        assertRefused(token);
    }

    @Test
    void withRotationEachRefreshAnswersWithANewToken() {
        rotationOn();
        String first = signIn().getString("refresh_token");
        String second = rotate(first);

        assertThat(second).isNotEqualTo(first);
        assertThat(rotate(second)).isNotEqualTo(second);
    }

    @Test
    void aReplayWithinTheGracePeriodForksAndOnlyTheNewestChildRefreshesThen() {
        rotationOn();
        String original = signIn().getString("refresh_token");
        String firstChild = rotate(original);
        clock.advance(GRACE.minusMillis(1));
        String secondChild = rotate(original);

        assertRefused(firstChild);
        assertRefreshes(secondChild);
    }

    @Test
    void aReplayAfterTheGracePeriodIsRefusedAndRevokesNothing() {
        rotationOn();
        String original = signIn().getString("refresh_token");
        String newest = rotate(original);
        clock.advance(GRACE);

        assertRefused(original);
        assertRefreshes(newest);
    }

    @Test
    void revokingTheNewestKillsItAndTheOriginal() {
        rotationOn();
        String original = signIn().getString("refresh_token");
        String newest = rotate(original);
        browser.revoke(client(), newest);

        assertRefused(newest);
        assertRefused(original);
    }

    @Test
    void revokingTheOriginalKillsEveryBranch() {
        rotationOn();
        String original = signIn().getString("refresh_token");
        String newest = rotate(rotate(original));
        clock.advance(GRACE);
        browser.revoke(client(), original);

        assertRefused(newest);
    }

    @Test
    void revokingOneInTheMiddleDoesNothingToTheNewest() {
        rotationOn();
        String middle = rotate(signIn().getString("refresh_token"));
        String newest = rotate(middle);
        browser.revoke(client(), middle);

        assertRefused(middle);
        assertRefreshes(newest);
    }
}
