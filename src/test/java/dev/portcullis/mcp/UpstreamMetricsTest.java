package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.StubUpstream;
import dev.portcullis.testkit.StubUpstream.Mood;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a gateway process, with all its event loops, tells of the endpoints of an upstream and of the connections to them. */
@DisplayName("The metrics of upstreams")
class UpstreamMetricsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static StubUpstream first;
    private static StubUpstream second;
    private static World world;
    private static String management;
    private static String token;

    @BeforeAll
    static void start() {
        first = new StubUpstream("first");
        second = new StubUpstream("second");
        int port = Ports.free();
        management = "http://localhost:" + port + "/metrics";
        world = World.startProcesses(1, yaml -> {
            yaml.put("reload", "100ms").getJsonObject("management").put("port", port);
            JsonObject demo = yaml.getJsonObject("upstreams").getJsonObject("demo");
            demo.remove("url");
            demo.put("endpoints", new JsonArray(List.of(first.url(), second.url())))
                    .put("maxConnections", 1)
                    .put("maxWait", "10s")
                    .put(
                            "health",
                            new JsonObject()
                                    .put("failures", 1)
                                    .put("eject", "200ms")
                                    .put("maxEject", "200ms"));
        });
        TestClient client = TestClient.register(world);
        token = client.accessToken();
    }

    @AfterAll
    static void stop() {
        world.close();
        first.close();
        second.close();
    }

    @Test
    @DisplayName("count endpoints that are passed over, until one answers again")
    void endpoints() {
        await().atMost(PATIENCE).until(() -> endpoints("healthy").equals(Optional.of(2.0)));
        assertThat(endpoints("ejected")).hasValue(0.0);

        second.mood(Mood.OVERLOADED);
        await().atMost(PATIENCE).until(() -> {
            call();
            return endpoints("ejected").equals(Optional.of(1.0));
        });
        assertThat(endpoints("healthy")).hasValue(1.0);

        first.mood(Mood.BROKEN);
        await().atMost(PATIENCE).until(() -> {
            call();
            return endpoints("healthy").equals(Optional.of(0.0));
        });

        first.mood(Mood.WELL);
        second.mood(Mood.WELL);
        await().atMost(PATIENCE).until(() -> {
            call();
            return endpoints("healthy").equals(Optional.of(2.0));
        });
        assertThat(endpoints("ejected")).hasValue(0.0);
    }

    @Test
    @DisplayName("count connections in use and requests that wait for one, calls and streams apart")
    void pools() {
        int loops = Runtime.getRuntime().availableProcessors();
        await().atMost(PATIENCE).until(() -> pool("limit", "calls").equals(Optional.of(2.0 * loops)));
        assertThat(pool("limit", "streams")).hasValue(2.0 * loops);
        try (RawConnection stream = RawConnection.to(world.url()).write(head("GET", "") + "\r\n")) {
            assertThat(stream.readHead().status()).isEqualTo(200);
            assertThat(pool("busy", "streams")).hasValue(1.0);
            assertThat(pool("busy", "calls")).hasValue(0.0);
        }
        await().atMost(PATIENCE).until(() -> pool("busy", "streams").equals(Optional.of(0.0)));

        first.mood(Mood.SILENT);
        second.mood(Mood.SILENT);
        RawConnection[] calls = new RawConnection[4 * loops + 4];
        for (int i = 0; i < calls.length; i++) {
            calls[i] = RawConnection.to(world.url())
                    .write(head("POST", "Content-Type: application/json\r\nContent-Length: 2\r\n") + "\r\n{}");
        }
        await().atMost(PATIENCE)
                .until(() -> pool("busy", "calls").orElseThrow() > 0
                        && value("portcullis_upstream_waiting", "demo", "pool=\"calls\"")
                                        .orElseThrow()
                                > 0);
        assertThat(pool("busy", "calls").orElseThrow()).isLessThanOrEqualTo(2.0 * loops);
        assertThat(value("portcullis_upstream_waiting", "demo", "pool=\"streams\""))
                .hasValue(0.0);
        for (RawConnection call : calls) {
            call.close();
        }
        first.mood(Mood.WELL);
        second.mood(Mood.WELL);
        await().atMost(PATIENCE)
                .until(() -> pool("busy", "calls").equals(Optional.of(0.0))
                        && value("portcullis_upstream_waiting", "demo", "pool=\"calls\"")
                                .equals(Optional.of(0.0)));
    }

    @Test
    @DisplayName("go with an upstream that is taken out of the configuration, so that nobody is alerted for it")
    void gone() {
        world.reconfigure(configuration ->
                configuration.getJsonObject("upstreams").put("brief", new JsonObject().put("url", first.url())));
        await().atMost(PATIENCE)
                .until(() -> value("portcullis_upstream_endpoints", "brief", "state=\"healthy\"")
                        .equals(Optional.of(1.0)));
        world.reconfigure(
                configuration -> configuration.getJsonObject("upstreams").remove("brief"));
        await().atMost(PATIENCE)
                .until(() -> value("portcullis_upstream_endpoints", "brief", "state=\"healthy\"")
                        .isEmpty());
        assertThat(value("portcullis_upstream_waiting", "brief", "pool=\"calls\""))
                .isEmpty();
        assertThat(endpoints("healthy")).isPresent();
    }

    private static void call() {
        new Browser().postJson(world.mcpUrl(), "{}", "Authorization", "Bearer " + token);
    }

    private static String head(String method, String headers) {
        return method + " /demo/mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token + "\r\n" + headers;
    }

    private static Optional<Double> endpoints(String state) {
        return value("portcullis_upstream_endpoints", "demo", "state=\"" + state + "\"");
    }

    private static Optional<Double> pool(String figure, String pool) {
        return value("portcullis_upstream_connections_" + figure, "demo", "pool=\"" + pool + "\"");
    }

    private static Optional<Double> value(String name, String upstream, String label) {
        return new Browser()
                .get(management)
                .body()
                .lines()
                .filter(line -> line.startsWith(name + "{")
                        && Set.of("upstream=\"" + upstream + "\"", label).stream()
                                .allMatch(line::contains))
                .map(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst();
    }
}
