package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jwt.SignedJWT;
import dev.portcullis.dev.cognito.Call;
import dev.portcullis.dev.cognito.Fault;
import dev.portcullis.dev.redis.LocalRedis;
import dev.portcullis.dev.redis.LocalRedisException;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.Listening;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.text.ParseException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams last for hours and are never asked for a token again: ending their grant has to end them. */
class RevokedStreamTest {
    private static final Duration AT_ONCE = Duration.ofSeconds(3);

    // Of its own: what other tests keep for the same user is sealed with keys of theirs.
    private LocalRedis redis;
    private World world;

    @BeforeEach
    void start() throws LocalRedisException {
        redis = LocalRedis.start(LocalRedis.Options.standard());
        world = World.start(2, configuration -> {
            configuration.put("redis", new JsonObject().put("url", redis.url()));
            configuration.put("refresh", new JsonObject().put("reuseGrace", "0s"));
            configuration.put("revocation", new JsonObject().put("check", "30s").put("staleAfter", "60s"));
            configuration.put("tokens", new JsonObject().put("accessTokenTtl", "4s"));
        });
    }

    @AfterEach
    void stop() {
        world.close();
        redis.close();
    }

    @Test
    @DisplayName("RS-6, RS-11: an open stream ends at once when its grant is revoked on another replica; others go on")
    void anOpenStreamEndsWhenItsGrantIsRevokedOnAnotherReplica() throws Exception {
        TestClient client = TestClient.register(world);
        TestClient bystander = TestClient.register(world);
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        JsonObject others = bystander.redeem(world.url(), bystander.code()).json();
        Listening revoked = Listening.at(world.gateway(1) + "/demo/mcp", tokens.getString("access_token"));
        Listening untouched = Listening.at(world.gateway(1) + "/demo/mcp", others.getString("access_token"));

        assertThat(client.revoke(world.gateway(0), tokens.getString("refresh_token"))
                        .status())
                .isEqualTo(200);

        revoked.end().get(AT_ONCE.toMillis(), TimeUnit.MILLISECONDS);
        assertThat(untouched.end()).isNotDone();
        assertThat(client.echo(world.gateway(1) + "/demo/mcp", tokens.getString("access_token"), "hi")
                        .status())
                .isEqualTo(401);
    }

    @Test
    @DisplayName("TR-12: the expiry of the token that opened it does not end a stream, a revocation after that does")
    void expiryDoesNotEndAStreamARevocationAfterThatDoes() throws Exception {
        TestClient client = TestClient.register(world);
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        Listening stream = Listening.at(world.gateway(1) + "/demo/mcp", tokens.getString("access_token"));
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(client.echo(world.mcpUrl(), tokens.getString("access_token"), "hi")
                                .status())
                        .isEqualTo(401));
        assertThat(stream.end()).isNotDone();

        client.revoke(world.gateway(0), tokens.getString("refresh_token"));

        stream.end().get(AT_ONCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** How a grant ends, other than by the client's word. */
    private enum Way {
        REFRESH_TOKEN_REUSED {
            @Override
            void take(World world, TestClient client, String code, JsonObject tokens) {
                String refreshToken = tokens.getString("refresh_token");
                assertThat(client.refresh(world.url(), refreshToken).status()).isEqualTo(200);
                assertThat(client.refresh(world.url(), refreshToken).json().getString("error"))
                        .isEqualTo("invalid_grant");
            }
        },
        CODE_REPLAYED {
            @Override
            void take(World world, TestClient client, String code, JsonObject tokens) {
                assertThat(client.redeem(world.url(), code).json().getString("error"))
                        .isEqualTo("invalid_grant");
            }
        },
        DISCONNECTED_BY_THE_USER {
            @Override
            void take(World world, TestClient client, String code, JsonObject tokens) throws ParseException {
                Browser person = client.browser();
                Answer toCognito = person.get(world.url() + "/connections");
                Answer back = client.callback(world.url(), client.signIn(toCognito));
                Answer page = person.get(back.location().toString());
                String grant = SignedJWT.parse(tokens.getString("access_token"))
                        .getJWTClaimsSet()
                        .getStringClaim("grant");
                assertThat(person.postForm(world.url() + "/connections", Form.fill(page.body(), "disconnect", grant))
                                .status())
                        .isEqualTo(303);
            }
        },
        REFUSED_BY_COGNITO {
            @Override
            void take(World world, TestClient client, String code, JsonObject tokens) {
                world.cognito().faults().on(Call.REFRESH_GRANT, Fault.invalidGrant());
                assertThat(client.refresh(world.url(), tokens.getString("refresh_token"))
                                .json()
                                .getString("error"))
                        .isEqualTo("invalid_grant");
            }
        };

        abstract void take(World world, TestClient client, String code, JsonObject tokens) throws ParseException;
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("RS-11, AS-24, AS-31, IDP-9: an open stream ends on another replica whichever way its grant ends")
    void whicheverWayTheGrantEnds(Way way) throws Exception {
        TestClient client = TestClient.register(world);
        TestClient bystander = TestClient.register(world);
        Listening untouched = Listening.at(world.gateway(1) + "/demo/mcp", bystander.accessToken());
        String code = client.code();
        JsonObject tokens = client.redeem(world.url(), code).json();
        Listening stream = Listening.at(world.gateway(1) + "/demo/mcp", tokens.getString("access_token"));

        way.take(world, client, code, tokens);

        stream.end().get(AT_ONCE.toMillis(), TimeUnit.MILLISECONDS);
        assertThat(untouched.end()).isNotDone();
    }
}
