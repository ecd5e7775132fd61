package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.dev.cognito.Call;
import dev.portcullis.dev.cognito.Fault;
import dev.portcullis.dev.redis.LocalRedis;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.Jose;
import dev.portcullis.testkit.LogCapture;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RedisServer;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sign-ins that are to be ended while Cognito does not answer: they end as soon as it does. */
class SignOutTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final int management = Ports.free();
    private LocalRedis redis;
    private LogCapture audit;

    @BeforeEach
    void start() throws Exception {
        redis = LocalRedis.start(LocalRedis.Options.standard());
        audit = LogCapture.of("portcullis.audit");
    }

    @AfterEach
    void stop() {
        audit.close();
        redis.close();
    }

    private Consumer<JsonObject> with(String... revocation) {
        return configuration -> {
            JsonObject section = new JsonObject().put("retry", "200ms");
            for (int i = 0; i < revocation.length; i += 2) {
                section.put(revocation[i], revocation[i + 1]);
            }
            configuration
                    .put("redis", new JsonObject().put("url", redis.url()))
                    .put("management", new JsonObject().put("port", management))
                    .put("revocation", section)
                    .put("refresh", new JsonObject().put("reuseGrace", "0s"))
                    .getJsonObject("cognito")
                    .put("timeout", TIMEOUT.toMillis() + "ms");
        };
    }

    static Stream<Fault> faults() {
        return Stream.of(Fault.serverError(), Fault.throttled(), Fault.html(403), new Fault.Silent(), new Fault.Lost());
    }

    @ParameterizedTest
    @MethodSource("faults")
    @DisplayName(
            "IDP-9, AS-47: a revoked sign-in that Cognito could not end is ended when it answers again; the client never waits")
    void whatCognitoCouldNotEndIsEndedLater(Fault fault) {
        try (World world = World.start(with())) {
            TestClient client = TestClient.register(world);
            JsonObject tokens = client.redeem(world.url(), client.code()).json();
            world.cognito().faults().on(Call.REVOKE, fault);
            long began = System.nanoTime();
            assertThat(client.revoke(world.url(), tokens.getString("refresh_token"))
                            .status())
                    .isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(TIMEOUT);
            awaitMetric("portcullis_idp_revocations_waiting 1.0");
            await().atMost(PATIENCE).until(() -> events("deferred").size() == 1);
            world.cognito().faults().clear();
            awaitMetric("portcullis_idp_revocations_waiting 0.0");
            awaitMetric("portcullis_idp_revocations_total{outcome=\"done\"} 1.0");
            assertThat(events("done")).hasSize(1);
            assertThat(events("done").get(0).getString("grant"))
                    .isEqualTo(events("deferred").get(0).getString("grant"));
            long calls = world.cognito().calls().of(Call.REVOKE);
            await().during(Duration.ofMillis(600))
                    .atMost(PATIENCE)
                    .until(() -> world.cognito().calls().of(Call.REVOKE) == calls);
        }
    }

    @Test
    @DisplayName(
            "IDP-9, AS-31: so is that of a reused refresh token, of a code that came twice, and of a disconnected client")
    void eachWayToEndAGrant() {
        try (World world = World.start(with())) {
            TestClient client = TestClient.register(world);
            String reused = client.redeem(world.url(), client.code()).json().getString("refresh_token");
            client.refresh(world.url(), reused);
            String twice = client.code();
            client.redeem(world.url(), twice);
            client.redeem(world.url(), client.code());
            Browser person = client.browser();
            Answer toCognito = person.get(world.url() + "/connections");
            Answer back = client.callback(world.url(), client.signIn(toCognito));
            Answer page = person.get(back.location().toString());
            await().atMost(PATIENCE).until(() -> world.cognito().calls().of(Call.REVOKE) == 1);

            world.cognito().faults().on(Call.REVOKE, Fault.serverError());
            assertThat(client.refresh(world.url(), reused).status()).isEqualTo(400);
            assertThat(client.redeem(world.url(), twice).status()).isEqualTo(400);
            assertThat(person.postForm(world.url() + "/connections", Form.fill(page.body(), "disconnect", "all"))
                            .status())
                    .isEqualTo(303);
            awaitMetric("portcullis_idp_revocations_waiting 3.0");
            world.cognito().faults().clear();
            awaitMetric("portcullis_idp_revocations_waiting 0.0");
            assertThat(events("done")).hasSize(3);
        }
    }

    @Test
    @DisplayName("IDP-9: a replica that dies leaves the rest to the others, and what is kept shows no token")
    void anotherReplicaGoesOn() throws Exception {
        try (RedisServer own = RedisServer.start(Ports.free(), Optional.empty());
                World world = World.startProcesses(2, with().andThen(yaml -> {
                    yaml.getJsonObject("management").put("port", 0);
                    yaml.getJsonObject("redis").put("url", "redis://localhost:" + own.port());
                    yaml.put("tokens", new JsonObject().put("cognitoToken", "plain"));
                }))) {
            TestClient client = TestClient.register(world, world.gateway(0));
            JsonObject tokens = client.redeem(world.gateway(0), client.code()).json();
            world.cognito().faults().on(Call.REVOKE, new Fault.Silent());
            assertThat(client.revoke(world.gateway(0), tokens.getString("refresh_token"))
                            .status())
                    .isEqualTo(200);
            await().atMost(PATIENCE).until(() -> world.cognito().calls().of(Call.REVOKE) >= 1);
            world.kill(0);
            String kept = own.ask("ZRANGE", "pc:signouts:{idp}", "0", "-1");
            assertThat(kept.trim().lines()).singleElement().asString().matches("[\\w-]+\\.[\\w-]{40,}");
            assertThat(kept).doesNotContain(tokens.getString("refresh_token")).doesNotContain(Jose.BEGINNINGS);
            world.cognito().faults().clear();
            long before = world.cognito().calls().of(Call.REVOKE);
            await().atMost(PATIENCE).until(() -> world.cognito().calls().of(Call.REVOKE) > before);
            await().atMost(PATIENCE)
                    .until(() ->
                            own.ask("ZRANGE", "pc:signouts:{idp}", "0", "-1").isEmpty());
        }
    }

    @Test
    @DisplayName(
            "IDP-9: so many are kept and no more, for so long and no longer; a refusal is no trouble and is not repeated")
    void bounds() {
        try (World world = World.start(with("maxUnfinished", "1", "keepUnfinished", "2s"))) {
            TestClient client = TestClient.register(world);
            String first = client.redeem(world.url(), client.code()).json().getString("refresh_token");
            String second = client.redeem(world.url(), client.code()).json().getString("refresh_token");
            String third = client.redeem(world.url(), client.code()).json().getString("refresh_token");
            world.cognito().faults().on(Call.REVOKE, Fault.serverError());
            client.revoke(world.url(), first);
            client.revoke(world.url(), second);
            awaitMetric("portcullis_idp_revocations_total{outcome=\"failed\"} 1.0");
            awaitMetric("portcullis_idp_revocations_waiting 1.0");
            awaitMetric("portcullis_idp_revocations_waiting 0.0");
            awaitMetric("portcullis_idp_revocations_total{outcome=\"failed\"} 2.0");

            world.cognito()
                    .faults()
                    .on(Call.REVOKE, new Fault.Answer(400, "application/json", "{\"error\":\"invalid_request\"}"));
            long calls = world.cognito().calls().of(Call.REVOKE);
            client.revoke(world.url(), third);
            awaitMetric("portcullis_idp_revocations_total{outcome=\"failed\"} 3.0");
            await().during(Duration.ofMillis(600))
                    .atMost(PATIENCE)
                    .until(() -> world.cognito().calls().of(Call.REVOKE) == calls + 1);
        }
    }

    private List<JsonObject> events(String outcome) {
        return audit.lines(
                line -> "idp_revocation".equals(line.getString("event")) && outcome.equals(line.getString("outcome")));
    }

    private void awaitMetric(String line) {
        Browser operator = new Browser();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(operator.get("http://localhost:" + management + "/metrics")
                                .body())
                        .contains(line));
    }
}
