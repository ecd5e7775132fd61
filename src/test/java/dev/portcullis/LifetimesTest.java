package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.crypto.Authenticator;
import dev.portcullis.crypto.KeyRing;
import dev.portcullis.crypto.RandomTokens;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.oauth.grant.Grants;
import dev.portcullis.oauth.grant.RefreshToken;
import dev.portcullis.redis.RedisLink;
import dev.portcullis.redis.RedisMetrics;
import dev.portcullis.redis.SealedJson;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RedisServer;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import dev.portcullis.token.Revocations;
import dev.portcullis.token.RevokedGrants;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How long grants live, used or not, and what is issued near the end of what they hold. */
class LifetimesTest {
    private static final Duration UNUSED = Duration.ofSeconds(6);
    private static final Duration MAX = Duration.ofSeconds(10);
    private static final Duration ACCESS_TOKEN = Duration.ofSeconds(30);

    private RedisServer redis;
    private World world;

    @BeforeEach
    void start() {
        redis = RedisServer.start(Ports.free(), Optional.empty());
        world = World.start(configuration -> configuration
                .put("redis", new JsonObject().put("url", "redis://localhost:" + redis.port()))
                .put("tokens", new JsonObject().put("accessTokenTtl", ACCESS_TOKEN.toSeconds() + "s"))
                .put(
                        "refresh",
                        new JsonObject()
                                .put("lifetime", UNUSED.toSeconds() + "s")
                                .put("maxLifetime", MAX.toSeconds() + "s")));
    }

    @AfterEach
    void stop() {
        world.close();
        redis.close();
    }

    @Test
    @DisplayName("AS-32: a refresh token that nobody used for refresh.lifetime is invalid_grant")
    void unused() throws Exception {
        TestClient client = TestClient.register(world);
        String token = client.redeem(world.url(), client.code()).json().getString("refresh_token");
        Answer used = client.refresh(world.url(), token);
        assertThat(used.status()).as(used.body()).isEqualTo(200);
        TimeUnit.MILLISECONDS.sleep(UNUSED.toMillis() + 500);
        assertInvalidGrant(client.refresh(world.url(), used.json().getString("refresh_token")));
        assertThat(redis.ask("KEYS", "pc:grant:*")).isEmpty();
    }

    @Test
    @DisplayName("AS-32: a grant that is used all the time ends after refresh.maxLifetime all the same")
    void absolute() throws Exception {
        TestClient client = TestClient.register(world);
        Instant before = Instant.now();
        String code = client.code();
        Instant after = Instant.now();
        String token = client.redeem(world.url(), code).json().getString("refresh_token");
        Answer answer = client.refresh(world.url(), token);
        // On a slow machine the end may come while a refresh is under way, which is trouble then.
        while (answer.status() == 200 || answer.status() == 503) {
            token = answer.status() == 200 ? answer.json().getString("refresh_token") : token;
            TimeUnit.MILLISECONDS.sleep(500);
            assertThat(Instant.now()).isBefore(after.plus(MAX).plusSeconds(5));
            answer = client.refresh(world.url(), token);
        }
        assertInvalidGrant(answer);
        assertThat(Duration.between(before, Instant.now())).isGreaterThanOrEqualTo(MAX.minusSeconds(1));
    }

    @Test
    @DisplayName(
            "AS-36, SEC-1: the grant of a client that cannot refresh is kept as long as its access token, and no longer")
    void withoutRefresh() {
        TestClient client = TestClient.register(
                world, TestClient.registration().put("grant_types", new JsonArray().add("authorization_code")));
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        assertThat(tokens.containsKey("refresh_token")).isFalse();
        Duration left = Duration.ofMillis(
                Long.parseLong(redis.ask("PTTL", redis.ask("KEYS", "pc:grant:*").trim())));
        // More than any unused grant that could be refreshed.
        assertThat(left).isBetween(UNUSED.plusSeconds(1), ACCESS_TOKEN);
    }

    @Test
    @DisplayName(
            "AS-24, AS-28: a code that outlived the Cognito token behind it is invalid_grant, and nothing is left of the grant")
    void aCodeThatOutlivedTheSignIn() throws Exception {
        world.cognito()
                .changeClient(
                        world.cognito().pool().client().id(),
                        app -> app.withLifetimes(Duration.ofSeconds(2), Duration.ofHours(1), Duration.ofDays(1)))
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        TestClient client = TestClient.register(world);
        String code = client.code();
        TimeUnit.MILLISECONDS.sleep(2500);
        assertInvalidGrant(client.redeem(world.url(), code));
        assertThat(redis.ask("KEYS", "pc:grant:*")).isEmpty();
        assertInvalidGrant(client.redeem(world.url(), code));
    }

    @Test
    @DisplayName(
            "AS-33, AS-28: a late refresh gets the successor only while its Cognito token lives by our own clock, too")
    void aSuccessorThatIsOverByOurClock() throws Exception {
        KeyRing keys = KeyRing.generate(InstantSource.system());
        Vertx vertx = Vertx.vertx();
        try (World own = World.startWithKeys(1, gateway -> keys)) {
            TestClient client = TestClient.register(own);
            String first = client.redeem(own.url(), client.code()).json().getString("refresh_token");
            client.refresh(own.url(), first);
            RefreshToken late =
                    RefreshToken.decode(first, new Authenticator(keys)).orElseThrow();

            assertThat(join(claim(vertx, own, keys, late, Duration.ZERO))).isInstanceOf(Grants.Claim.Current.class);
            assertThat(join(claim(vertx, own, keys, late, Duration.ofHours(1))))
                    .isInstanceOf(Grants.Claim.Leased.class);
        } finally {
            join(vertx.close());
        }
    }

    /** By a replica whose clock is ahead of that of Redis. */
    private static Future<Grants.Claim> claim(
            Vertx vertx, World world, KeyRing keys, RefreshToken token, Duration ahead) {
        SecureRandom random = new SecureRandom();
        InstantSource clock = () -> Instant.now().plus(ahead);
        RedisLink link = new RedisLink(vertx, world.config().redis(), new RedisMetrics(new SimpleMeterRegistry()));
        RevokedGrants revoked = new RevokedGrants(
                world.config(), link, new Revocations(world.config().revocation(), clock));
        Grants grants = new Grants(
                world.config(),
                link,
                new SealedJson(new Sealer(keys, random)),
                revoked,
                new RandomTokens(random),
                clock);
        return link.start().compose(ready -> grants.claim(token));
    }

    private static <T> T join(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static void assertInvalidGrant(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.json().getString("error")).isEqualTo("invalid_grant");
    }
}
