package dev.portcullis.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.dev.redis.LocalRedis;
import dev.portcullis.redis.RedisLink;
import dev.portcullis.redis.RedisMetrics;
import dev.portcullis.testkit.BareConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How a replica keeps up with what was revoked, whatever happens to its connections. */
class RevocationFeedTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String KILLED = "aaaaaaaaaaaaaaaaaaaaaa";
    private static final String PUBLISHED = "bbbbbbbbbbbbbbbbbbbbbb";

    private final Vertx vertx = Vertx.vertx();
    private LocalRedis redis;
    private Redis operator;

    @BeforeEach
    void start() throws Exception {
        redis = LocalRedis.start(LocalRedis.Options.standard());
        operator = Redis.createClient(vertx, redis.url());
    }

    @AfterEach
    void stop() {
        join(vertx.close());
        redis.close();
    }

    @Test
    @DisplayName("RS-11: a replica that starts knows what was revoked before")
    void aReplicaThatStartsKnowsWhatWasRevokedBefore() {
        writeDown(KILLED, Duration.ZERO);
        writeDown("tooOld", Duration.ofHours(2));
        Revocations view = follow(config(redis.url(), "1m"));
        assertThat(view.isKnown()).isTrue();
        assertThat(view.isRevoked(KILLED)).isTrue();
        assertThat(view.isRevoked("tooOld")).isFalse();
    }

    @Test
    @DisplayName("RS-11: more than one page of revocations arrives whole")
    void manyRevocationsArriveWhole() {
        for (int i = 0; i < 2500; i++) {
            writeDown("grant" + i, Duration.ofMillis(i));
        }
        Revocations view = follow(config(redis.url(), "1m"));
        assertThat(view.size()).isEqualTo(2500);
    }

    @Test
    @DisplayName("RS-11: a lost subscription comes back, and what was revoked meanwhile is read")
    void aLostSubscriptionComesBack() {
        GatewayConfig config = config(redis.url(), "1m");
        Revocations view = follow(config);
        // Nobody publishes this one: only reading can find it.
        writeDown(KILLED, Duration.ZERO);
        join(operator.send(Request.cmd(Command.CLIENT).arg("KILL").arg("TYPE").arg("pubsub")));
        await().atMost(PATIENCE).until(() -> view.isRevoked(KILLED));
        revokeElsewhere(config, PUBLISHED);
        await().atMost(PATIENCE).until(() -> view.isRevoked(PUBLISHED));
    }

    @Test
    @DisplayName("RS-11: messages that got lost are made up for by comparing notes")
    void lostMessagesAreMadeUpFor() {
        Revocations view = follow(config(redis.url(), "200ms"));
        writeDown(KILLED, Duration.ZERO);
        await().atMost(PATIENCE).until(() -> view.isRevoked(KILLED));
    }

    @Test
    @DisplayName("RS-11: a subscription that has fallen silent is noticed and renewed")
    void aSilentSubscriptionIsRenewed() {
        Mute mute = new Mute();
        NetServer proxy =
                join(vertx.createNetServer().connectHandler(mute::connect).listen(0, "127.0.0.1"));
        String url = redis.url().replaceAll(":\\d+$", ":" + proxy.actualPort());
        GatewayConfig config = config(url, "200ms");
        Revocations view = follow(config);
        int before = mute.subscriptions;
        mute.silent = true;
        await().atMost(PATIENCE).until(() -> mute.subscriptions > before);
        mute.silent = false;
        await().atMost(PATIENCE).until(view::isKnown);
        revokeElsewhere(config, PUBLISHED);
        await().atMost(PATIENCE).until(() -> view.isRevoked(PUBLISHED));
    }

    /** Stands between and can swallow what Redis pushes to subscribers. */
    private final class Mute {
        private volatile boolean silent;
        private volatile int subscriptions;

        void connect(NetSocket client) {
            client.pause();
            vertx.createNetClient().connect(redis.port(), "127.0.0.1").onSuccess(server -> {
                boolean[] subscribed = {false};
                client.handler(bytes -> {
                    if (bytes.toString().contains("subscribe")
                            || bytes.toString().contains("SUBSCRIBE")) {
                        subscribed[0] = true;
                        subscriptions++;
                    }
                    server.write(bytes);
                });
                server.handler(bytes -> {
                    if (!subscribed[0] || !silent) {
                        client.write(bytes);
                    }
                });
                client.closeHandler(closed -> server.close());
                server.closeHandler(closed -> client.close());
                client.resume();
            });
        }
    }

    private Revocations follow(GatewayConfig config) {
        Revocations view = new Revocations(config.revocation(), InstantSource.system());
        join(vertx.deployVerticle(
                new RevocationFeed(config, view, new RedisMetrics(new SimpleMeterRegistry()), "replica")));
        return view;
    }

    private void revokeElsewhere(GatewayConfig config, String grantId) {
        RedisLink link = new RedisLink(vertx, config.redis(), new RedisMetrics(new SimpleMeterRegistry()));
        Revocations view = new Revocations(config.revocation(), InstantSource.system());
        join(link.start().compose(up -> new RevokedGrants(config, link, view).add(grantId)));
        assertThat(view.isRevoked(grantId)).isTrue();
        join(link.close());
    }

    /** As another replica would, but telling nobody. */
    private void writeDown(String grantId, Duration ago) {
        join(operator.send(Request.cmd(Command.ZADD)
                .arg("pc:revoked")
                .arg(String.valueOf(Instant.now().minus(ago).toEpochMilli()))
                .arg(grantId)));
    }

    private static GatewayConfig config(String redisUrl, String check) {
        return BareConfig.with(new JsonObject()
                .put("redis", new JsonObject().put("url", redisUrl))
                .put("revocation", new JsonObject().put("check", check).put("staleAfter", "5m")));
    }

    private static <T> T join(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
