package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import dev.portcullis.dev.cognito.Faults;
import dev.portcullis.dev.redis.LocalRedis;
import dev.portcullis.dev.redis.LocalRedisException;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.text.ParseException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A pool goes over to its updated issuer while people are signed in (Cognito API, IssuerConfigurationType). */
class TwoIssuersTest {
    // Of its own: what other tests keep for the same user is sealed with keys of theirs.
    private LocalRedis redis;

    @BeforeEach
    void start() throws LocalRedisException {
        redis = LocalRedis.start(LocalRedis.Options.standard());
    }

    @AfterEach
    void stop() {
        redis.close();
    }

    @Test
    @DisplayName(
            "IDP-10: with both issuers configured, sign-ins go on over the change and back, new ones work, and a user stays one user")
    void bothAreConfigured() throws Exception {
        try (World world = world(true)) {
            TestClient client = TestClient.register(world);
            JsonObject before = client.redeem(world.url(), client.code()).json();
            assertThat(issuerInside(before)).startsWith("https://cognito-idp.");

            world.cognito().faults().issuer(Faults.IssuerType.UPDATED);

            assertThat(echo(world, client, before)).isEqualTo(200);
            Answer refreshed = client.refresh(world.url(), before.getString("refresh_token"));
            assertThat(refreshed.status()).as(refreshed.body()).isEqualTo(200);
            assertThat(issuerInside(refreshed.json())).startsWith("https://issuer-cognito-idp.");
            assertThat(echo(world, client, refreshed.json())).isEqualTo(200);
            TestClient newcomer = TestClient.register(world);
            JsonObject after = newcomer.redeem(world.url(), newcomer.code()).json();
            assertThat(echo(world, newcomer, after)).isEqualTo(200);
            Answer toCognito = newcomer.browser().get(world.url() + "/connections");
            Answer back = newcomer.callback(world.url(), newcomer.signIn(toCognito));
            assertThat(newcomer.browser().get(back.location().toString()).body())
                    .contains(claim(before, "grant"), claim(after, "grant"));

            world.cognito().faults().issuer(Faults.IssuerType.ORIGINAL);

            assertThat(echo(world, newcomer, after)).isEqualTo(200);
            Answer again = client.refresh(world.url(), refreshed.json().getString("refresh_token"));
            assertThat(again.status()).as(again.body()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName(
            "IDP-10, AS-30: with one issuer configured, tokens of the other pass nowhere, and no session is lost by it")
    void oneIsConfigured() throws Exception {
        try (World world = world(false)) {
            TestClient client = TestClient.register(world);
            JsonObject tokens = client.redeem(world.url(), client.code()).json();
            world.cognito().faults().issuer(Faults.IssuerType.UPDATED);
            assertThat(client.refresh(world.url(), tokens.getString("refresh_token"))
                            .status())
                    .isEqualTo(503);
            TestClient newcomer = TestClient.register(world);
            Answer consent = newcomer.authorize(world.url());
            Answer fromCognito = newcomer.signIn(newcomer.approve(world.url(), consent));
            assertThat(newcomer.callback(world.url(), fromCognito).parameter("code"))
                    .isEmpty();

            world.cognito().faults().issuer(Faults.IssuerType.ORIGINAL);

            assertThat(client.refresh(world.url(), tokens.getString("refresh_token"))
                            .status())
                    .isEqualTo(200);
        }
    }

    /** With the Cognito token readable in ours. */
    private World world(boolean both) {
        return World.start(configuration -> {
            configuration
                    .put("redis", new JsonObject().put("url", redis.url()))
                    .put("tokens", new JsonObject().put("cognitoToken", "plain"));
            JsonObject cognito = configuration.getJsonObject("cognito");
            if (both) {
                cognito.put("alsoIssuer", cognito.getString("issuer").replace("://", "://issuer-"));
            }
        });
    }

    private static int echo(World world, TestClient client, JsonObject tokens) {
        return client.echo(world.mcpUrl(), tokens.getString("access_token"), "hi")
                .status();
    }

    private static String issuerInside(JsonObject tokens) throws ParseException {
        return SignedJWT.parse(claim(tokens, "cognito_token")).getJWTClaimsSet().getIssuer();
    }

    private static String claim(JsonObject tokens, String name) throws ParseException {
        return SignedJWT.parse(tokens.getString("access_token"))
                .getJWTClaimsSet()
                .getStringClaim(name);
    }
}
