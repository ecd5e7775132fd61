package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Collector;
import dev.portcullis.testkit.Collector.Received;
import dev.portcullis.testkit.Jose;
import dev.portcullis.testkit.LogCapture;
import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.StubUpstream;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a collector gets to see of a gateway that traces everything. */
@DisplayName("Traces")
class TracesTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CALLER = "00f067aa0ba902b7";
    private static final String KEY = "Basic Y29sbGVjdG9yOmh1c2gtaHVzaA==";

    private static Collector collector;
    private static StubUpstream upstream;
    private static LogCapture log;
    private static World world;
    private static TestClient client;
    private static JsonObject tokens;

    @BeforeAll
    static void start() {
        collector = new Collector();
        upstream = new StubUpstream("stub");
        log = LogCapture.of("portcullis.access");
        world = World.start(yaml -> {
            traces(yaml, collector, 1).put("headers", new JsonObject().put("Authorization", KEY));
            yaml.getJsonObject("upstreams").put("demo", new JsonObject().put("url", upstream.url()));
        });
        client = TestClient.register(world);
        tokens = client.redeem(world.url(), client.code()).json();
    }

    @AfterAll
    static void stop() {
        world.close();
        upstream.close();
        collector.close();
        log.close();
    }

    @BeforeEach
    void recover() {
        upstream.mood(StubUpstream.Mood.WELL);
    }

    private static JsonObject traces(JsonObject yaml, Collector collector, double ratio) {
        JsonObject traces = new JsonObject()
                .put("endpoint", collector.url())
                .put("sampleRatio", ratio)
                .put("batch", new JsonObject().put("interval", "20ms"));
        yaml.put("telemetry", new JsonObject().put("traces", traces));
        return traces;
    }

    private static String accessToken() {
        return tokens.getString("access_token");
    }

    private static Received requestOf(Answer answer) {
        String id = answer.header("X-Request-Id").orElseThrow();
        return collector.span(span -> span.attribute("portcullis.request.id").equals(id));
    }

    private static Received childOf(Received parent) {
        return collector.span(span -> span.isChildOf(parent));
    }

    private static MultiMap lastSeen() {
        return upstream.seen().get(upstream.seen().size() - 1);
    }

    @Test
    @DisplayName("show a call: its request, and below that the one to the upstream, which goes on from there (GW-16)")
    void call() {
        Answer answer = client.browser()
                .postJson(
                        world.mcpUrl(),
                        "{}",
                        "Authorization",
                        "Bearer " + accessToken(),
                        "MCP-Protocol-Version",
                        "2026-07-28",
                        "Mcp-Method",
                        "tools/call",
                        "traceparent",
                        "00-" + TRACE + "-" + CALLER + "-01",
                        "tracestate",
                        "vendor=opaque");

        Received request = requestOf(answer);
        Received onward = childOf(request);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(request.traceId()).isEqualTo(TRACE);
        assertThat(request.parent()).isEqualTo(CALLER);
        assertThat(request.kind()).isEqualTo(SpanKind.SPAN_KIND_SERVER);
        assertThat(request.name()).isEqualTo("POST /{name}/mcp");
        assertThat(request.failed()).isFalse();
        assertThat(request.attributes())
                .containsEntry("http.request.method", "POST")
                .containsEntry("http.route", "/{name}/mcp")
                .containsEntry("http.response.status_code", "200")
                .containsEntry("portcullis.upstream", "demo")
                .containsEntry("portcullis.complete", "true")
                .containsEntry("mcp.method.name", "tools/call");
        assertThat(onward.kind()).isEqualTo(SpanKind.SPAN_KIND_CLIENT);
        assertThat(onward.name()).isEqualTo("POST demo");
        assertThat(onward.attributes())
                .containsEntry("http.response.status_code", "200")
                .containsEntry("server.address", "localhost")
                .containsEntry("server.port", String.valueOf(upstream.port()));
        assertThat(lastSeen().getAll("traceparent")).containsExactly("00-" + TRACE + "-" + onward.id() + "-01");
        assertThat(lastSeen().get("tracestate")).isEqualTo("vendor=opaque");
    }

    @Test
    @DisplayName("show what a refresh asks of Redis and of Cognito")
    void refresh() {
        TestClient other = TestClient.register(world);
        String refreshToken = other.redeem(world.url(), other.code()).json().getString("refresh_token");
        Answer answer = other.refresh(world.url(), refreshToken);

        Received request = requestOf(answer);
        List<Received> asked = collector.spans(span -> span.isChildOf(request), 3);
        assertThat(request.name()).isEqualTo("POST /token");
        assertThat(asked)
                .filteredOn(span -> span.attribute("portcullis.idp.operation").equals("refresh"))
                .singleElement()
                .satisfies(span -> {
                    assertThat(span.name()).isEqualTo("POST /oauth2/token");
                    assertThat(span.attribute("server.address")).isEqualTo("localhost");
                    assertThat(span.failed()).isFalse();
                });
        assertThat(asked)
                .filteredOn(span -> span.attribute("db.system.name").equals("redis"))
                .hasSizeGreaterThanOrEqualTo(2)
                .allSatisfy(span -> {
                    assertThat(span.kind()).isEqualTo(SpanKind.SPAN_KIND_CLIENT);
                    assertThat(span.name())
                            .isEqualTo((span.attribute("db.operation.name") + " "
                                            + span.attribute("db.stored_procedure.name"))
                                    .trim());
                });
        assertThat(asked)
                .extracting(span -> span.attribute("db.stored_procedure.name"))
                .contains("rotate");
    }

    @Test
    @DisplayName("show each step of a sign-in, with what it asked of others below it")
    void signIn() {
        collector.span(span -> span.name().equals("POST /register"));
        collector.span(span -> span.name().equals("GET /authorize"));
        Received consent = collector.span(span -> span.name().equals("POST /consent"));
        Received callback = collector.span(span -> span.name().equals("GET /callback"));

        assertThat(childOf(consent).attribute("db.system.name")).isEqualTo("redis");
        assertThat(collector
                        .span(span -> span.isChildOf(callback)
                                && span.attribute("portcullis.idp.operation").equals("exchange"))
                        .name())
                .isEqualTo("POST /oauth2/token");
        assertThat(collector.spans())
                .filteredOn(span -> span.kind() == SpanKind.SPAN_KIND_CLIENT)
                .as("whatever was asked of others was asked for a request")
                .isNotEmpty()
                .noneMatch(span -> span.parent().isEmpty());
    }

    @Test
    @DisplayName("of many calls at once never mix: each upstream request is below its own")
    void concurrentCalls() {
        List<Thread> callers = IntStream.range(0, 16)
                .mapToObj(i -> new Thread(() -> client.echo(world.mcpUrl(), accessToken(), "hello " + i)))
                .toList();
        int before = (int) collector.spans().stream()
                .filter(span -> span.name().equals("POST demo"))
                .count();
        callers.forEach(Thread::start);

        List<Received> onward = collector.spans(span -> span.name().equals("POST demo"), before + 16);
        assertThat(onward.stream().map(Received::parent).collect(Collectors.toSet()))
                .hasSameSizeAs(onward);
        for (Received one : onward) {
            assertThat(collector.span(one::isChildOf).name()).isEqualTo("POST /{name}/mcp");
        }
    }

    @Test
    @DisplayName("have the ids that the access log has")
    void accessLog() {
        Received request = requestOf(client.echo(world.mcpUrl(), accessToken(), "hello"));

        assertThat(log.lines(line -> line.getString("requestId").equals(request.attribute("portcullis.request.id"))))
                .singleElement()
                .satisfies(line -> {
                    assertThat(line.getString("traceId")).isEqualTo(request.traceId());
                    assertThat(line.getString("spanId")).isEqualTo(request.id());
                });
    }

    @Test
    @DisplayName("leave out what the caller does not record, and go on all the same")
    void unsampled() {
        Answer answer = client.browser()
                .postJson(
                        world.mcpUrl(),
                        "{}",
                        "Authorization",
                        "Bearer " + accessToken(),
                        "traceparent",
                        "00-" + "a".repeat(32) + "-" + CALLER + "-02");
        requestOf(client.echo(world.mcpUrl(), accessToken(), "later"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(upstream.seen())
                .extracting(headers -> headers.get("traceparent"))
                .anyMatch(parent -> parent.matches("00-a{32}-(?!" + CALLER + ")[0-9a-f]{16}-02"));
        assertThat(collector.spans()).noneMatch(span -> span.traceId().equals("a".repeat(32)));
    }

    @Test
    @DisplayName("with sampleRatio 0 are only those that callers record; the context goes on in any case")
    void ratioZero() {
        try (World quiet = World.start(yaml -> {
            traces(yaml, collector, 0);
            yaml.getJsonObject("upstreams").put("demo", new JsonObject().put("url", upstream.url()));
        })) {
            TestClient other = TestClient.register(quiet);
            String token = other.accessToken();
            Answer unrecorded = other.echo(quiet.mcpUrl(), token, "hello");
            String parent = lastSeen().get("traceparent");
            Answer recorded = other.browser()
                    .postJson(
                            quiet.mcpUrl(),
                            "{}",
                            "Authorization",
                            "Bearer " + token,
                            "traceparent",
                            "00-" + "b".repeat(32) + "-" + CALLER + "-01");

            requestOf(recorded);
            String id = unrecorded.header("X-Request-Id").orElseThrow();
            assertThat(parent).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00");
            assertThat(log.lines(line -> line.getString("requestId").equals(id)))
                    .singleElement()
                    .satisfies(line -> assertThat(parent)
                            .isEqualTo("00-" + line.getString("traceId") + "-" + line.getString("spanId") + "-00"));
            assertThat(collector.spans()).noneMatch(span -> span.traceId().equals(parent.substring(3, 35)));
        }
    }

    @Test
    @DisplayName("mark what the server could not do as an error, and not what it refused")
    void errors() {
        upstream.mood(StubUpstream.Mood.OVERLOADED);
        Received overloaded = requestOf(client.echo(world.mcpUrl(), accessToken(), "hello"));
        upstream.mood(StubUpstream.Mood.BROKEN);
        Received broken = requestOf(client.echo(world.mcpUrl(), accessToken(), "hello"));
        Received refused = requestOf(client.echo(world.mcpUrl(), "not-a-token", "hello"));

        assertThat(overloaded.failed()).isTrue();
        assertThat(overloaded.attribute("error.type")).isEqualTo("503");
        assertThat(childOf(overloaded).attribute("error.type")).isEqualTo("503");
        assertThat(broken.failed()).isTrue();
        assertThat(broken.attribute("http.response.status_code")).isEqualTo("502");
        assertThat(childOf(broken).failed()).isTrue();
        assertThat(childOf(broken).attribute("error.type")).endsWith("Exception");
        assertThat(refused.failed()).isFalse();
        assertThat(refused.attribute("http.response.status_code")).isEqualTo("401");
    }

    @Test
    @DisplayName("of a stream end with it")
    void streams() {
        int seen = upstream.calls();
        try (RawConnection stream = RawConnection.to(world.url())) {
            stream.write(
                    "GET /demo/mcp HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nAuthorization: Bearer "
                            + accessToken() + "\r\n\r\n");
            assertThat(stream.readHead().status()).isEqualTo(200);
            requestOf(client.echo(world.mcpUrl(), accessToken(), "meanwhile"));

            assertThat(upstream.calls()).isGreaterThan(seen);
            assertThat(collector.spans()).noneMatch(span -> span.name().equals("GET /{name}/mcp"));
        }

        Received request = collector.span(span -> span.name().equals("GET /{name}/mcp"));
        assertThat(request.attribute("portcullis.complete")).isEqualTo("false");
        assertThat(childOf(request).name()).isEqualTo("GET demo");
    }

    @Test
    @DisplayName("say whose they are, and bring the configured headers")
    void resource() {
        requestOf(client.echo(world.mcpUrl(), accessToken(), "hello"));

        assertThat(collector.headers().get(0).get("Authorization")).isEqualTo(KEY);
        assertThat(collector.headers().get(0).get("Content-Type")).isEqualTo("application/x-protobuf");
        assertThat(collector.resources().get(0).getAttributesList())
                .anySatisfy(pair -> {
                    assertThat(pair.getKey()).isEqualTo("service.name");
                    assertThat(pair.getValue().getStringValue()).isEqualTo("portcullis");
                })
                .anySatisfy(pair -> assertThat(pair.getKey()).isEqualTo("service.instance.id"));
    }

    @Test
    @DisplayName("hold no token, code, state, cookie, query, secret, address or person, whatever clients send (RS-17)")
    void nothingSecret() {
        TestClient other = TestClient.register(world);
        String code = other.code();
        JsonObject issued = other.redeem(world.url(), code).json();
        JsonObject renewed =
                other.refresh(world.url(), issued.getString("refresh_token")).json();
        other.redeem(world.url(), code);
        other.revoke(world.url(), renewed.getString("refresh_token"));
        Answer lost = new Browser()
                .get(
                        world.url() + "/wp-admin/pa55word?token=qu3ry",
                        "Cookie",
                        "session=cr0mbs",
                        "User-Agent",
                        "ag3nt",
                        "tracestate",
                        "v=st4te");
        Answer named = client.browser()
                .postJson(
                        world.mcpUrl() + "?key=qu3ry",
                        "{\"text\":\"b0dy\"}",
                        "Authorization",
                        "Bearer " + accessToken(),
                        "Mcp-Method",
                        "maria@example.com");
        Answer odd = new Browser()
                .send(HttpRequest.newBuilder(URI.create(world.url() + "/"))
                        .method("M3TH0D", HttpRequest.BodyPublishers.noBody()));

        assertThat(requestOf(lost).name()).isEqualTo("GET");
        assertThat(requestOf(lost).attributes()).doesNotContainKey("http.route");
        assertThat(requestOf(named).attribute("mcp.method.name")).isEqualTo("_OTHER");
        assertThat(requestOf(odd).name()).startsWith("HTTP");
        assertThat(requestOf(odd).attribute("http.request.method")).isEqualTo("_OTHER");
        collector.span(span -> span.name().equals("POST /oauth2/revoke"));
        String secret = world.cognito().pool().client().secrets().get(0);
        assertThat(collector.raw())
                .contains("POST /token", "POST /revoke", "POST /oauth2/revoke")
                .doesNotContain(code, other.state(), other.verifier(), other.id(), secret)
                .doesNotContain(issued.getString("access_token"), issued.getString("refresh_token"))
                .doesNotContain(renewed.getString("access_token"), renewed.getString("refresh_token"))
                .doesNotContain(world.cognito().pool().client().id(), World.USER, World.PASSWORD, "example.com")
                .doesNotContain("pa55word", "qu3ry", "cr0mbs", "ag3nt", "st4te", "b0dy", "M3TH0D")
                .doesNotContain(KEY, "code_challenge", "pcr_", "pcc_", "pc:", "127.0.0.1")
                .doesNotContain(Jose.BEGINNINGS);
    }
}
