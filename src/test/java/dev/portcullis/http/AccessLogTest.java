package dev.portcullis.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.LogCapture;
import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AccessLogTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    private static World world;
    private static LogCapture log;
    private static TestClient client;
    private static String token;

    @BeforeAll
    static void start() {
        log = LogCapture.of("portcullis.access");
        world = World.start(yaml -> yaml.put(
                "http",
                new JsonObject()
                        .put("trustedProxies", new JsonArray().add("127.0.0.1").add("::1"))));
        client = TestClient.register(world);
        token = client.redeem(world.url(), client.code()).json().getString("access_token");
    }

    @AfterAll
    static void stop() {
        world.close();
        log.close();
    }

    private static JsonObject line(String requestId) {
        return await().until(
                        () -> log.lines(line -> line.getString("requestId").equals(requestId)),
                        lines -> lines.size() == 1)
                .get(0);
    }

    @Test
    @DisplayName(
            "a call has one line: method, template of the route, upstream, status, time, bytes, client, user agent, ids")
    void callHasItsLine() {
        Answer answer = client.echo(world.mcpUrl(), token, "hello");

        JsonObject line = line(answer.header("X-Request-Id").orElseThrow());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(line.getString("logger")).isEqualTo("portcullis.access");
        assertThat(line.getString("method")).isEqualTo("POST");
        assertThat(line.getString("route")).isEqualTo("/{name}/mcp");
        assertThat(line.getString("upstream")).isEqualTo("demo");
        assertThat(line.getInteger("status")).isEqualTo(200);
        assertThat(line.getBoolean("complete")).isTrue();
        assertThat(line.getLong("durationMs")).isBetween(0L, 20_000L);
        assertThat(line.getLong("bytesOut")).isEqualTo(answer.body().length());
        assertThat(line.getLong("bytesIn")).isPositive();
        assertThat(line.getString("client")).isIn("127.0.0.1", "0:0:0:0:0:0:0:1");
        assertThat(line.getString("userAgent")).startsWith("Java-http-client");
        assertThat(line.getString("traceId")).matches("[0-9a-f]{32}");
    }

    @Test
    @DisplayName("RS-17: no line holds a token, a code, a state or a query: only the template of the route is written")
    void nothingSecretIsWritten() {
        TestClient other = TestClient.register(world);
        String code = other.code();
        JsonObject tokens = other.redeem(world.url(), code).json();
        Answer last = other.refresh(world.url(), tokens.getString("refresh_token"));
        line(last.header("X-Request-Id").orElseThrow());

        assertThat(log.text())
                .contains("\"/callback\"", "\"/authorize\"", "\"/token\"")
                .doesNotContain(code, other.state(), other.verifier(), tokens.getString("access_token"))
                .doesNotContain(tokens.getString("refresh_token"), other.id(), "code_challenge", "?");
    }

    @Test
    @DisplayName("what is in no table is one route, whatever its path")
    void unknownPathsAreOneRoute() {
        Answer answer = new Browser().get(world.url() + "/wp-login.php?secret=1");

        JsonObject line = line(answer.header("X-Request-Id").orElseThrow());

        assertThat(line.getString("route")).isEqualTo("other");
        assertThat(line.encode()).doesNotContain("wp-login", "secret");
    }

    @Test
    @DisplayName("a trusted proxy's request id and client address are taken over; an unsafe id is replaced")
    void trustedProxyNamesTheRequest() {
        Answer named =
                new Browser().get(world.url() + "/", "X-Request-Id", "edge-4711.a", "X-Forwarded-For", "203.0.113.9");
        Answer unsafe = new Browser().get(world.url() + "/", "X-Request-Id", "a b\"c");

        assertThat(named.header("X-Request-Id")).contains("edge-4711.a");
        assertThat(line("edge-4711.a").getString("client")).isEqualTo("203.0.113.9");
        assertThat(unsafe.header("X-Request-Id").orElseThrow()).matches("[A-Za-z0-9_-]{12}");
    }

    @Test
    @DisplayName("anybody else's request id is not")
    void strangersDoNotNameRequests() {
        try (World strict = World.start()) {
            Answer answer = new Browser().get(strict.url() + "/", "X-Request-Id", "mine");

            assertThat(answer.header("X-Request-Id").orElseThrow()).matches("[A-Za-z0-9_-]{12}");
        }
    }

    @Test
    @DisplayName("GW-16: a caller's trace goes on; a broken traceparent begins a new one (W3C Trace Context §3.2)")
    void traceIsContinued() {
        Answer joined = new Browser().get(world.url() + "/", "traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01");
        Answer broken =
                new Browser().get(world.url() + "/", "traceparent", "00-" + "0".repeat(32) + "-00f067aa0ba902b7-01");

        assertThat(line(joined.header("X-Request-Id").orElseThrow()).getString("traceId"))
                .isEqualTo(TRACE);
        assertThat(line(broken.header("X-Request-Id").orElseThrow()).getString("traceId"))
                .matches("[0-9a-f]{32}")
                .isNotEqualTo("0".repeat(32));
    }

    @Test
    @DisplayName("a client that leaves before its answer is complete has a line too, which says so")
    void clientThatLeavesHasItsLine() {
        try (RawConnection connection = RawConnection.to(world.url())) {
            connection.write(
                    "POST /demo/mcp HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: leaver\r\nAuthorization: Bearer "
                            + token + "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{");
        }

        assertThat(line("leaver").getBoolean("complete")).isFalse();
        assertThat(line("leaver").getInteger("status")).isEqualTo(499);
    }

    @Test
    @DisplayName("logging.access: false switches it off")
    void canBeSwitchedOff() {
        try (World silent = World.start(yaml -> yaml.put("logging", new JsonObject().put("access", false)))) {
            Answer unseen = new Browser().get(silent.url() + "/");
            Answer seen = new Browser().get(world.url() + "/");
            line(seen.header("X-Request-Id").orElseThrow());

            List<JsonObject> lines = log.lines(line -> line.getString("requestId")
                    .equals(unseen.header("X-Request-Id").orElseThrow()));

            assertThat(lines).isEmpty();
        }
    }
}
