package dev.portcullis.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.dev.cognito.Call;
import dev.portcullis.dev.cognito.Fault;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.RawUpstream;
import dev.portcullis.testkit.RedisServer;
import dev.portcullis.testkit.StubUpstream;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The trouble that alerts are about, and the load that the autoscaler looks at, each brought about and looked for in the metrics. */
@DisplayName("Metrics that alerts and the autoscaler rest on")
class AlertedMetricsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final String CONNECTIONS = "portcullis_redis_connections";
    private static final String FAILURES = "portcullis_upstream_failures_total";

    private static RedisServer redis;
    private static StubUpstream stub;
    private static RawUpstream raw;
    private static World world;
    private static String management;

    @BeforeAll
    static void start() {
        redis = RedisServer.start(Ports.free(), Optional.empty());
        stub = new StubUpstream("stub");
        raw = new RawUpstream();
        List<Integer> ports = Ports.free(2);
        management = "http://localhost:" + ports.get(0) + "/metrics";
        world = World.start(yaml -> {
            yaml.getJsonObject("management").put("port", ports.get(0));
            yaml.put("redis", new JsonObject().put("url", "redis://" + redis.address()));
            yaml.put(
                    "rateLimits",
                    new JsonObject().put("register", 60).put("authorize", 0).put("token", 0));
            yaml.put(
                    "http",
                    new JsonObject()
                            .put(
                                    "trustedProxies",
                                    new JsonArray().add("127.0.0.1").add("::1")));
            yaml.put(
                    "upstreams",
                    new JsonObject()
                            .put(
                                    "demo",
                                    new JsonObject()
                                            .put("url", stub.url())
                                            .put("responseTimeout", "500ms")
                                            .put("health", new JsonObject().put("failures", 1000)))
                            .put(
                                    "narrow",
                                    new JsonObject()
                                            .put("url", stub.url())
                                            .put("maxConnections", 1)
                                            .put("maxWaiting", 0))
                            .put("raw", new JsonObject().put("url", raw.url()))
                            .put("nobody", new JsonObject().put("url", "http://localhost:" + ports.get(1) + "/mcp")));
        });
    }

    @AfterAll
    static void stop() {
        world.close();
        stub.close();
        raw.close();
        redis.close();
    }

    @AfterEach
    void heal() {
        stub.mood(StubUpstream.Mood.WELL);
        world.cognito().faults().clear();
    }

    @Test
    @DisplayName("count open requests, the streams among them, and answers that did not get to their end")
    void openRequests() {
        String[] mcp = {"route=\"/{name}/mcp\"", "upstream=\"demo\""};
        String token = token("demo");
        double cutShort = value("portcullis_http_cut_short_total", mcp);
        try (RawConnection stream = RawConnection.to(world.url()).write(head("GET", "demo", token) + "\r\n")) {
            assertThat(stream.readHead().status()).isEqualTo(200);
            assertThat(stream.readChunk()).isEqualTo("data: stub\n\n");
            await().atMost(PATIENCE).until(() -> value("portcullis_streams_open", mcp) == 1);
            assertThat(value("portcullis_http_open", mcp)).isEqualTo(1);
            assertThat(value("portcullis_http_cut_short_total", mcp)).isEqualTo(cutShort);
        }
        await().atMost(PATIENCE).until(() -> value("portcullis_http_open", mcp) == 0);
        assertThat(value("portcullis_streams_open", mcp)).isZero();
        assertThat(value("portcullis_http_cut_short_total", mcp)).isEqualTo(cutShort + 1);
    }

    @Test
    @DisplayName("count failures of an upstream by their reason")
    void upstreamFailures() {
        stub.mood(StubUpstream.Mood.SILENT);
        assertThat(call("demo", token("demo")).status()).isEqualTo(504);
        assertThat(failures("demo", "timeout")).isEqualTo(1);

        assertThat(call("nobody", token("nobody")).status()).isEqualTo(502);
        assertThat(failures("nobody", "unreachable")).isEqualTo(1);

        String narrow = token("narrow");
        try (RawConnection first = RawConnection.to(world.url()).write(post("narrow", narrow))) {
            await().atMost(PATIENCE)
                    .until(() -> value("portcullis_upstream_connections_busy", "upstream=\"narrow\"", "pool=\"calls\"")
                            == 1);
            assertThat(call("narrow", narrow).status()).isEqualTo(503);
            assertThat(failures("narrow", "overloaded")).isEqualTo(1);
            assertThat(first.isSilentFor(Duration.ofMillis(50))).isTrue();
        }

        try (RawConnection client = RawConnection.to(world.url()).write(post("raw", token("raw")))) {
            try (RawConnection server = raw.accept()) {
                server.readHead();
                server.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{");
                assertThat(client.readHead().status()).isEqualTo(200);
            }
            await().atMost(PATIENCE).until(() -> failures("raw", "broken_off") == 1);
        }
    }

    @Test
    @DisplayName("time calls to Cognito by what came of them")
    void callsToCognito() {
        TestClient client = TestClient.register(world);
        String refreshToken = client.redeem(world.url(), client.code()).json().getString("refresh_token");
        double outages = calls("refresh", "outage");
        double refused = calls("refresh", "refused");

        world.cognito().faults().on(Call.REFRESH_GRANT, Fault.serverError());
        assertThat(client.refresh(world.url(), refreshToken).status()).isEqualTo(503);
        assertThat(calls("refresh", "outage")).isGreaterThan(outages);
        assertThat(calls("refresh", "refused")).isEqualTo(refused);

        world.cognito().faults().on(Call.REFRESH_GRANT, Fault.invalidGrant());
        assertThat(client.refresh(world.url(), refreshToken).status()).isEqualTo(400);
        assertThat(calls("refresh", "refused")).isGreaterThan(refused);
    }

    @Test
    @DisplayName("count the revoked grants that are remembered")
    void revocations() {
        TestClient client = TestClient.register(world);
        String refreshToken = client.redeem(world.url(), client.code()).json().getString("refresh_token");
        double before = value("portcullis_revocations_size");

        client.revoke(world.url(), refreshToken);

        await().atMost(PATIENCE).until(() -> value("portcullis_revocations_size") == before + 1);
    }

    @Test
    @DisplayName(
            "count who is held back, and who could not be counted because Redis was away; which its connections show")
    void rateLimitsAndRedis() {
        double refused = value("portcullis_rate_limited_total", "endpoint=\"register\"", "outcome=\"refused\"");
        Answer last = register("198.51.100.7");
        for (int i = 0; i < 200 && last.status() == 201; i++) {
            last = register("198.51.100.7");
        }
        assertThat(last.status()).isEqualTo(429);
        assertThat(value("portcullis_rate_limited_total", "endpoint=\"register\"", "outcome=\"refused\""))
                .isEqualTo(refused + 1);
        assertThat(value(CONNECTIONS, "state=\"up\"")).isEqualTo(value(CONNECTIONS, "state=\"wanted\""));

        redis.kill();
        await().atMost(PATIENCE)
                .until(() -> value(CONNECTIONS, "state=\"up\"") < value(CONNECTIONS, "state=\"wanted\""));
        double unchecked = value("portcullis_rate_limited_total", "endpoint=\"register\"", "outcome=\"unchecked\"");
        assertThat(register("198.51.100.7").status()).isEqualTo(201);
        assertThat(value("portcullis_rate_limited_total", "endpoint=\"register\"", "outcome=\"unchecked\""))
                .isEqualTo(unchecked + 1);

        redis.restart();
        await().atMost(PATIENCE)
                .until(() -> value(CONNECTIONS, "state=\"up\"") == value(CONNECTIONS, "state=\"wanted\""));
    }

    @Test
    @DisplayName("count what was refused to stay below Cognito's quota")
    void budget() {
        int port = Ports.free();
        try (RedisServer own = RedisServer.start(Ports.free(), Optional.empty());
                World tight = World.start(yaml -> {
                    yaml.getJsonObject("management").put("port", port);
                    yaml.put("redis", new JsonObject().put("url", "redis://" + own.address()));
                    yaml.getJsonObject("rateLimits").put("cognitoRefreshes", 1).put("cognitoPatience", "0s");
                })) {
            String metrics = "http://localhost:" + port + "/metrics";
            // Parallel refreshes of one grant make one call to Cognito: a grant each.
            Map<TestClient, String> tokens = new LinkedHashMap<>();
            for (int i = 0; i < 2; i++) {
                TestClient client = TestClient.register(tight);
                tokens.put(
                        client, client.redeem(tight.url(), client.code()).json().getString("refresh_token"));
            }
            assertThat(value(metrics, "portcullis_cognito_budget_refused_total", List.of()))
                    .isZero();
            List<CompletableFuture<Integer>> answers = tokens.entrySet().stream()
                    .map(each -> CompletableFuture.supplyAsync(() ->
                            each.getKey().refresh(tight.url(), each.getValue()).status()))
                    .toList();
            List<Integer> refused = answers.stream()
                    .map(CompletableFuture::join)
                    .filter(status -> status == 503)
                    .toList();
            assertThat(refused).isNotEmpty();
            assertThat(value(metrics, "portcullis_cognito_budget_refused_total", List.of()))
                    .isEqualTo(refused.size());
        }
    }

    private static String token(String upstream) {
        return TestClient.register(world)
                .wants(world.url() + "/" + upstream + "/mcp")
                .accessToken();
    }

    private static Answer call(String upstream, String token) {
        return new Browser().postJson(world.url() + "/" + upstream + "/mcp", "{}", "Authorization", "Bearer " + token);
    }

    private static Answer register(String from) {
        return new Browser()
                .postJson(world.url() + "/register", TestClient.registration().encode(), "X-Forwarded-For", from);
    }

    private static String head(String method, String upstream, String token) {
        return method + " /" + upstream + "/mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token + "\r\n";
    }

    private static String post(String upstream, String token) {
        return head("POST", upstream, token) + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    }

    private static double failures(String upstream, String reason) {
        return value(FAILURES, "upstream=\"" + upstream + "\"", "reason=\"" + reason + "\"");
    }

    private static double calls(String operation, String outcome) {
        return value(
                "portcullis_idp_call_seconds_count", "operation=\"" + operation + "\"", "outcome=\"" + outcome + "\"");
    }

    private static double value(String name, String... labels) {
        return value(management, name, List.of(labels));
    }

    /** The sum of the series that have these labels among their own; 0 where there is none yet. */
    private static double value(String url, String name, List<String> labels) {
        return new Browser()
                .get(url)
                .body()
                .lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> labels.stream().allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
