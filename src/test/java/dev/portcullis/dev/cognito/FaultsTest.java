package dev.portcullis.dev.cognito;

import static dev.portcullis.dev.cognito.Browser.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FaultsTest extends SimulatorTest {

    private Future<HttpResponse<Buffer>> jwks() {
        return browser.plain().getAbs(simulator.jwksUri()).send();
    }

    private Future<HttpResponse<Buffer>> refresh(String token) {
        return browser.plain()
                .postAbs(simulator.domain() + "/oauth2/token")
                .basicAuthentication(client().id(), client().secrets().get(0))
                .sendForm(MultiMap.caseInsensitiveMultiMap()
                        .add("grant_type", "refresh_token")
                        .add("refresh_token", token));
    }

    @Test
    void keysRotateInThreeSteps() throws Exception {
        String before = signIn().getString("access_token");

        Browser.await(simulator.addKeys());
        assertThat(json(browser.get(simulator.jwksUri())).getJsonArray("keys")).hasSize(4);
        assertThat(kid(signIn().getString("access_token"))).isEqualTo(kid(before));

        simulator.signWithNewKeys();
        String after = signIn().getString("access_token");
        assertThat(kid(after)).isNotEqualTo(kid(before));
        assertThat(verifies(before) && verifies(after)).isTrue();

        simulator.removeOldKeys();
        assertThat(json(browser.get(simulator.jwksUri())).getJsonArray("keys")).hasSize(2);
        assertThat(verifies(after)).isTrue();
        assertThat(verifies(before)).isFalse();
    }

    private static String kid(String token) throws Exception {
        return SignedJWT.parse(token).getHeader().getKeyID();
    }

    @Test
    void theKeySetCanBeEmptyBrokenHtmlOrLate() {
        Faults faults = simulator.faults();
        faults.on(Call.JWKS, Fault.noKeys(), 1);
        assertThat(json(Browser.await(jwks())).getJsonArray("keys")).isEmpty();
        faults.on(Call.JWKS, Fault.serverError(), 1);
        assertThat(Browser.await(jwks()).statusCode()).isEqualTo(500);
        faults.on(Call.JWKS, Fault.html(200), 1);
        assertThat(Browser.await(jwks()).getHeader("Content-Type")).isEqualTo("text/html");

        faults.on(Call.JWKS, new Fault.Slow(Duration.ofMillis(300)), 1);
        long start = System.nanoTime();
        assertThat(json(Browser.await(jwks())).getJsonArray("keys")).hasSize(2);
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isGreaterThanOrEqualTo(290);
        assertThat(simulator.calls().jwksFetches()).isEqualTo(4);
    }

    @Test
    void aFaultHoldsForAsManyRequestsAsItWasGivenAndForOneKindOfRequest() {
        JsonObject tokens = signIn();
        String token = tokens.getString("refresh_token");
        simulator.faults().on(Call.REFRESH_GRANT, Fault.throttled(), 2);

        assertThat(browser.refresh(client(), token).statusCode()).isEqualTo(429);
        assertThat(signIn().getString("access_token")).isNotEmpty();
        assertThat(browser.refresh(client(), token).statusCode()).isEqualTo(429);
        assertThat(browser.refresh(client(), token).statusCode()).isEqualTo(200);
        assertThat(simulator.calls().refreshes()).isEqualTo(3);
    }

    @Test
    void invalidGrantCanBePretended() {
        String token = signIn().getString("refresh_token");
        simulator.faults().on(Call.REFRESH_GRANT, Fault.invalidGrant());
        assertThat(json(browser.refresh(client(), token)).getString("error")).isEqualTo("invalid_grant");

        simulator.faults().off(Call.REFRESH_GRANT);
        assertThat(browser.refresh(client(), token).statusCode()).isEqualTo(200);
    }

    @Test
    void aSilentEndpointDoesNothingAtAll() {
        String token = signIn().getString("refresh_token");
        simulator.faults().on(Call.REFRESH_GRANT, new Fault.Silent(), 1);

        assertThatThrownBy(() -> Browser.await(refresh(token).timeout(300, TimeUnit.MILLISECONDS)))
                .hasRootCauseInstanceOf(java.util.concurrent.TimeoutException.class);
    }

    @Test
    void aLostOrHalfAnswerComesAfterTheWorkWasDone() {
        Browser.await(simulator.changeClient(
                client().id(), client -> client.withRotation(RefreshRotation.on(Duration.ZERO))));
        for (Fault fault : new Fault[] {new Fault.Lost(), new Fault.Half()}) {
            String token = signIn().getString("refresh_token");
            simulator.faults().on(Call.REFRESH_GRANT, fault, 1);

            assertThatThrownBy(() -> Browser.await(refresh(token))).isInstanceOf(AssertionError.class);
            assertThat(json(browser.refresh(client(), token)).getString("error"))
                    .as("the token was rotated out by the answer that never came")
                    .isEqualTo("invalid_grant");
        }
    }

    @Test
    void theClockCanBeAheadOrBehind() throws Exception {
        simulator.faults().clockSkew(Duration.ofMinutes(-10));
        JWTClaimsSet claims = claims(signIn().getString("access_token"));

        assertThat(claims.getIssueTime().toInstant()).isEqualTo(clock.instant().minus(Duration.ofMinutes(10)));
        assertThat(claims.getExpirationTime().toInstant())
                .isEqualTo(clock.instant().plus(Duration.ofMinutes(50)));
    }

    @Test
    void aUserInAHundredGroupsHasABigToken() throws Exception {
        simulator.faults().oversizedGroups(100);
        String token = signIn().getString("access_token");

        assertThat(claims(token).getStringListClaim("cognito:groups"))
                .hasSize(100)
                .allMatch(group -> group.length() == 30);
        assertThat(token.length()).isGreaterThan(5000);
        assertThat(browser.userInfo(token).statusCode()).isEqualTo(200);
    }

    @Test
    void theIssuerSwitchesToItsUpdatedForm() throws Exception {
        simulator.faults().issuer(Faults.IssuerType.UPDATED);
        String updated = "https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_Sim000001";

        assertThat(claims(signIn().getString("access_token")).getIssuer()).isEqualTo(updated);
        assertThat(simulator.issuer()).isEqualTo(updated);
        assertThat(json(browser.get(simulator.issuerBaseUrl() + "/.well-known/openid-configuration"))
                        .getString("issuer"))
                .isEqualTo(updated);
    }

    @Test
    void theFirewallBlocksWhoDoesNotSayWhichProgramItIs() {
        simulator.faults().wafNeedsUserAgent(true);
        var request = browser.plain().getAbs(simulator.domain() + "/logout");
        request.headers().remove("User-Agent");

        HttpResponse<Buffer> blocked = Browser.await(request.send());
        assertThat(blocked.statusCode()).isEqualTo(403);
        assertThat(blocked.getHeader("Content-Type")).isEqualTo("text/html");
        assertThat(signIn().getString("access_token")).isNotEmpty();
    }

    @Test
    void oneClientsRequestsAreLimitedPerSecond() {
        String token = signIn().getString("refresh_token");
        simulator.faults().requestsPerSecondPerClient(2);

        assertThat(browser.refresh(client(), token).statusCode()).isEqualTo(200);
        assertThat(browser.authorize(browser.request("openid")).statusCode()).isEqualTo(302);
        assertThat(browser.refresh(client(), token).statusCode()).isEqualTo(429);
        clock.advance(Duration.ofSeconds(1));
        assertThat(browser.refresh(client(), token).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource(value = TokenFlaw.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void everyFlawShowsInTheIssuedAccessTokenAndOnlyThere(TokenFlaw flaw) throws Exception {
        simulator.faults().accessTokens(flaw);
        JsonObject tokens = signIn();
        String token = tokens.getString("access_token");
        JWTClaimsSet claims = JWTParser.parse(token).getJWTClaimsSet();

        boolean wrong = switch (flaw) {
            case OTHER_CLIENT -> !client().id().equals(claims.getStringClaim("client_id")) && verifies(token);
            case OTHER_KIND -> "id".equals(claims.getStringClaim("token_use")) && verifies(token);
            case OTHER_POOL -> !simulator.issuer().equals(claims.getIssuer()) && verifies(token);
            case ALG_NONE -> token.endsWith(".");
            case HS256 ->
                JWSAlgorithm.HS256.equals(SignedJWT.parse(token).getHeader().getAlgorithm());
            case WRONG_KEY, UNKNOWN_KID -> !verifies(token);
            case NO_KID -> SignedJWT.parse(token).getHeader().getKeyID() == null;
            case EXPIRED -> claims.getExpirationTime().toInstant().isBefore(clock.instant());
            case UNEXPECTED_AUDIENCE -> !claims.getAudience().isEmpty();
            case NONE -> false;
        };
        assertThat(wrong).isTrue();
        assertThat(verifies(tokens.getString("id_token"))).isTrue();
    }

    @Test
    void idTokensHaveFlawsOfTheirOwn() throws Exception {
        simulator.faults().idTokens(TokenFlaw.OTHER_CLIENT);
        JsonObject tokens = signIn();

        assertThat(claims(tokens.getString("id_token")).getAudience()).doesNotContain(client().id());
        assertThat(claims(tokens.getString("access_token")).getStringClaim("client_id"))
                .isEqualTo(client().id());
    }

    @Test
    void clearingEndsEverything() throws Exception {
        simulator
                .faults()
                .on(Call.CODE_GRANT, Fault.html(503))
                .accessTokens(TokenFlaw.EXPIRED)
                .oversizedGroups(5)
                .clockSkew(Duration.ofDays(1))
                .requestsPerSecondPerClient(0)
                .clear();

        JWTClaimsSet claims = claims(signIn().getString("access_token"));
        assertThat(claims.getIssueTime().toInstant()).isEqualTo(clock.instant());
        assertThat(claims.getClaim("cognito:groups")).isNull();
    }
}
