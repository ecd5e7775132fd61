package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.LogCapture;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RedisGroup;
import dev.portcullis.testkit.RedisServer;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.TlsEndpoint;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * A Redis of whatever kind, chosen by configuration alone: everything that is stored is stored, found, changed and published there. Those
 * without TLS are in {@link RedisClusterTest} and {@link RedisSentinelTest}.
 */
class RedisShapesTest {
    private static final Duration AT_ONCE = Duration.ofSeconds(3);

    @Test
    @DisplayName(
            "TLS with a private certificate authority, a client certificate and an ACL user who may do nothing but what is needed")
    void tlsAndAcl() {
        int port = Ports.free();
        try (RedisServer redis = RedisServer.start(
                        port,
                        Optional.of("operator"),
                        "user gateway on >p%40ss ~pc:* resetchannels &pc:* +@read +@write +@scripting +@pubsub"
                                + " +@connection +time -@dangerous +info");
                TlsEndpoint tls = TlsEndpoint.inFrontOf(port)) {
            String url = "rediss://gateway:p%2540ss@localhost:" + tls.port();
            everythingWorks(yaml -> yaml.put("redis", secured(url, tls)));
        }
    }

    @Test
    @DisplayName("TLS to the Sentinel, which has users of its own, and to the master that it names")
    void tlsToSentinels() {
        try (LogCapture log = LogCapture.of("dev.portcullis.redis.SentinelNews");
                TlsEndpoint tls = TlsEndpoint.create();
                RedisGroup redis = RedisGroup.guarded(tls::portFor)) {
            JsonObject sentinel = new JsonObject()
                    .put("user", RedisGroup.SENTINEL_USER)
                    .put("password", RedisGroup.SENTINEL_PASSWORD);
            String url = redis.url().replace("redis-sentinel://", "rediss-sentinel://");
            everythingWorks(yaml -> yaml.put("redis", secured(url, tls).put("sentinel", sentinel)));
            // It is heard as well.
            assertThat(log.text()).isEmpty();
        }
    }

    @Test
    @DisplayName("a Sentinel that may be asked and not listened to is named in the log, and everything works")
    void unheardSentinel() {
        try (LogCapture log = LogCapture.of("dev.portcullis.redis.SentinelNews");
                RedisGroup redis = RedisGroup.guarded(port -> port)) {
            redis.sentinel(0).ask("ACL", "SETUSER", RedisGroup.SENTINEL_USER, "resetchannels");
            JsonObject sentinel = new JsonObject()
                    .put("user", RedisGroup.SENTINEL_USER)
                    .put("password", RedisGroup.SENTINEL_PASSWORD);
            everythingWorks(yaml ->
                    yaml.put("redis", new JsonObject().put("url", redis.url()).put("sentinel", sentinel)));
            List<JsonObject> unheard =
                    log.lines(line -> line.getString("message").equals("cannot hear a Sentinel, trying again"));
            assertThat(unheard).isNotEmpty().allSatisfy(line -> {
                assertThat(line.getString("sentinel"))
                        .isEqualTo("localhost:" + redis.sentinel(0).port());
                assertThat(line.getString("reason")).isEqualTo("NOPERM");
            });
        }
    }

    @Test
    @DisplayName("TLS to all servers of a cluster, which are known by their addresses alone")
    void tlsToCluster() {
        try (TlsEndpoint tls = TlsEndpoint.create();
                // Without replicas, which would have to speak TLS among themselves.
                RedisGroup redis = RedisGroup.cluster(0, tls::portFor)) {
            String url = redis.url().replace("redis-cluster://", "rediss-cluster://");
            JsonObject section = secured(url, tls);
            section.getJsonObject("tls").put("verifyHost", false);
            everythingWorks(yaml -> yaml.put("redis", section));
        }
    }

    private static JsonObject secured(String url, TlsEndpoint tls) {
        return new JsonObject()
                .put("url", url)
                .put(
                        "tls",
                        new JsonObject()
                                .put("ca", tls.ca().toString())
                                .put("certificate", tls.clientCertificate().toString())
                                .put("key", tls.clientKey().toString()));
    }

    /** @param redis puts the section {@code redis} into the configuration */
    static void everythingWorks(Consumer<JsonObject> redis) {
        try (World world = World.start(2, yaml -> {
            redis.accept(yaml);
            yaml.put("revocation", new JsonObject().put("check", "30s").put("staleAfter", "60s"));
            yaml.put("refresh", new JsonObject().put("reuseGrace", "1s"));
            yaml.put(
                    "rateLimits",
                    new JsonObject().put("register", 600).put("authorize", 600).put("token", 600));
        })) {
            // Each has keys of its own, wherever they belong.
            for (int i = 0; i < 4; i++) {
                theFlow(world);
            }
            aReplayEndsTheGrant(world);
            connectionsAreListed(world);
        }
    }

    private static void theFlow(World world) {
        TestClient client = TestClient.register(world);
        String code = client.code();
        JsonObject tokens = ok(client.redeem(world.gateway(1), code));
        assertThat(client.redeem(world.gateway(0), code).json().getString("error"))
                .as("a code is good once")
                .isEqualTo("invalid_grant");
        // The replay has ended what came from it (AS-24).
        String revoked = tokens.getString("access_token");
        await().atMost(AT_ONCE)
                .until(() -> client.echo(world.gateway(1) + "/demo/mcp", revoked, "hi")
                                .status()
                        == 401);

        JsonObject first = ok(client.redeem(world.gateway(0), client.code()));
        JsonObject second = ok(client.refresh(world.gateway(1), first.getString("refresh_token")));
        JsonObject again = ok(client.refresh(world.gateway(0), first.getString("refresh_token")));
        assertThat(again.getString("refresh_token")).isEqualTo(second.getString("refresh_token"));
        String access = second.getString("access_token");
        assertThat(client.echo(world.gateway(0) + "/demo/mcp", access, "hi").status())
                .isEqualTo(200);
        assertThat(client.revoke(world.gateway(0), second.getString("refresh_token"))
                        .status())
                .isEqualTo(200);
        await().atMost(AT_ONCE)
                .until(() -> client.echo(world.gateway(1) + "/demo/mcp", access, "hi")
                                .status()
                        == 401);
    }

    private static void aReplayEndsTheGrant(World world) {
        TestClient client = TestClient.register(world);
        String first = ok(client.redeem(world.url(), client.code())).getString("refresh_token");
        String second = ok(client.refresh(world.url(), first)).getString("refresh_token");
        await().pollDelay(Duration.ofMillis(1100))
                .until(() -> client.refresh(world.gateway(1), first).status() == 400);
        assertThat(client.refresh(world.gateway(0), second).json().getString("error"))
                .isEqualTo("invalid_grant");
    }

    private static void connectionsAreListed(World world) {
        TestClient client = TestClient.register(world);
        ok(client.redeem(world.url(), client.code()));
        Answer toCognito = client.browser().get(world.url() + "/connections");
        Answer back = client.callback(world.gateway(1), client.signIn(toCognito));
        assertThat(back.status()).as(back.body()).isEqualTo(303);
        assertThat(client.browser().get(world.gateway(0) + "/connections").body())
                .contains("Test Client");
    }

    private static JsonObject ok(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json();
    }
}
