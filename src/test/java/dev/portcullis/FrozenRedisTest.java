package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RedisServer;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A Redis that stands still does what it was told when it goes on, though everybody has given up: nothing may be lost to that. */
class FrozenRedisTest {
    private static final Duration BACK = Duration.ofSeconds(5);

    private RedisServer redis;
    private World world;

    @BeforeEach
    void start() {
        redis = RedisServer.start(Ports.free(), Optional.empty());
        world = World.start(yaml -> yaml.put("redis", new JsonObject().put("url", "redis://" + redis.address())));
    }

    @AfterEach
    void stop() {
        world.close();
        redis.close();
    }

    @Test
    @DisplayName(
            "AS-30, AS-24: the first request that Redis does not answer is a code: 503, and the next try with it is no replay")
    void aCode() throws InterruptedException {
        TestClient client = TestClient.register(world);
        String code = client.code();
        redis.freeze();
        Answer refused = client.redeem(world.url(), code);
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("Retry-After")).isPresent();
        thaw();
        Answer redeemed =
                await().atMost(BACK).until(() -> client.redeem(world.url(), code), answer -> answer.status() != 503);
        assertThat(redeemed.status()).as(redeemed.body()).isEqualTo(200);
        assertThat(client.refresh(world.url(), redeemed.json().getString("refresh_token"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    @DisplayName(
            "AS-30, IDP-6: the first request that Redis does not answer is a callback: 503, and loading the page again finishes the login")
    void aCallback() throws InterruptedException {
        TestClient client = TestClient.register(world);
        Answer signedIn = client.signIn(client.approve(world.url(), client.authorize(world.url())));
        redis.freeze();
        assertThat(client.callback(world.url(), signedIn).status()).isEqualTo(503);
        thaw();
        Answer finished = await().atMost(BACK)
                .until(() -> client.callback(world.url(), signedIn), answer -> answer.status() != 503);
        assertThat(finished.parameter("code")).as(finished.body()).isPresent();
    }

    /** What it had in its buffers is done first. */
    private void thaw() throws InterruptedException {
        redis.thaw();
        TimeUnit.MILLISECONDS.sleep(200);
    }
}
