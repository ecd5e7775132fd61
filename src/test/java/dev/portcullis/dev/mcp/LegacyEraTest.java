package dev.portcullis.dev.mcp;

import static dev.portcullis.dev.mcp.McpCaller.call;
import static dev.portcullis.dev.mcp.McpCaller.errorCode;
import static dev.portcullis.dev.mcp.McpCaller.json;
import static dev.portcullis.dev.mcp.McpCaller.message;
import static dev.portcullis.dev.mcp.McpCaller.result;
import static dev.portcullis.dev.mcp.McpCaller.text;
import static dev.portcullis.dev.mcp.McpCaller.until;
import static dev.portcullis.dev.mcp.McpCaller.withProgress;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class LegacyEraTest {
    private static final String LATEST = "2025-11-25";
    private static final JsonObject LONG = new JsonObject().put("seconds", 3600);

    @RegisterExtension
    final DemoServer demo = new DemoServer(DemoServer.bounds(8));

    private McpCaller caller;

    @BeforeEach
    void caller() {
        caller = demo.caller();
    }

    @ParameterizedTest
    @CsvSource({
        "2025-03-26, 2025-03-26",
        "2025-06-18, 2025-06-18",
        "2025-11-25, 2025-11-25",
        "2024-11-05, 2025-11-25",
        "2026-07-28, 2025-11-25",
    })
    void initializeAgreesOnARevision(String requested, String agreed) throws Exception {
        var response = initialize(requested);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(result(response).getString("protocolVersion")).isEqualTo(agreed);
        assertThat(result(response).getJsonObject("capabilities").containsKey("tools"))
                .isTrue();
        assertThat(response.headers().firstValue("Mcp-Session-Id").orElseThrow())
                .matches("[!-~]{22,}");
    }

    @Test
    @DisplayName("TR-17: without a session 400, with an unknown one 404, with a deleted one 404")
    void sessionsAreRequired() throws Exception {
        var body = message(1, "tools/list", new JsonObject()).encode();
        assertThat(caller.post(body).statusCode()).isEqualTo(400);
        assertThat(caller.post(body, "Mcp-Session-Id", "nobody").statusCode()).isEqualTo(404);

        var session = session(LATEST);
        assertThat(caller.post(body, "Mcp-Session-Id", session).statusCode()).isEqualTo(200);
        assertThat(delete(session).statusCode()).isEqualTo(204);
        assertThat(caller.post(body, "Mcp-Session-Id", session).statusCode()).isEqualTo(404);
        assertThat(delete(session).statusCode()).isEqualTo(404);
    }

    @Test
    void theLongestUnusedSessionMakesRoomForANewOne() throws Exception {
        var oldest = session(LATEST);
        var second = session(LATEST);
        session(LATEST);
        session(LATEST);
        assertThat(ping(oldest).statusCode()).isEqualTo(200);
        session(LATEST);

        assertThat(ping(oldest).statusCode()).isEqualTo(200);
        assertThat(ping(second).statusCode()).isEqualTo(404);
    }

    @Test
    @DisplayName("TR-19: a revision header is optional, but must be one we speak")
    void revisionHeader() throws Exception {
        var session = session(LATEST);
        var body = message(1, "ping", new JsonObject()).encode();

        assertThat(caller.post(body, "Mcp-Session-Id", session, "MCP-Protocol-Version", LATEST)
                        .statusCode())
                .isEqualTo(200);
        assertThat(caller.post(body, "Mcp-Session-Id", session, "MCP-Protocol-Version", "1999-01-01")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void notificationsAndResponsesAreAccepted() throws Exception {
        var session = session(LATEST);
        var notification = caller.post(
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}", "Mcp-Session-Id", session);
        assertThat(notification.statusCode()).isEqualTo(202);
        assertThat(notification.body()).isEmpty();

        // TR-24: an answer to a request of ours has no method
        var response = caller.post("{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{}}", "Mcp-Session-Id", session);
        assertThat(response.statusCode()).isEqualTo(202);
    }

    @Test
    void anUnknownMethodIsAnErrorInA200() throws Exception {
        var response = request(session(LATEST), "prompts/list", new JsonObject());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(errorCode(response)).isEqualTo(-32601);
    }

    @Test
    void resultsHaveNothingOfTheModernEra() throws Exception {
        var list = result(request(session(LATEST), "tools/list", new JsonObject()));

        assertThat(list.fieldNames()).containsExactly("tools");
    }

    @ParameterizedTest
    @CsvSource({"2025-11-25, true", "2025-06-18, false", "2025-03-26, false"})
    void badArgumentsAreToolErrorsSinceTheLatestRevisionAndProtocolErrorsBefore(String version, boolean toolError)
            throws Exception {
        var response = request(session(version), "tools/call", call("echo", new JsonObject()));

        assertThat(response.statusCode()).isEqualTo(200);
        if (toolError) {
            assertThat(result(response).getBoolean("isError")).isTrue();
        } else {
            assertThat(errorCode(response)).isEqualTo(-32602);
        }
    }

    @Test
    @DisplayName("TR-20: the first revision has batches")
    void batchesAreAnsweredInTheFirstRevision() throws Exception {
        var batch = new JsonArray()
                .add(message(1, "ping", new JsonObject()))
                .add(message("two", "tools/call", call("echo", new JsonObject().put("message", "x"))))
                .add(new JsonObject().put("jsonrpc", "2.0").put("method", "notifications/initialized"))
                .add("nonsense");
        var response = caller.post(batch.encode(), "Mcp-Session-Id", session("2025-03-26"));

        assertThat(response.statusCode()).isEqualTo(200);
        var answers = new JsonArray(response.body());
        assertThat(answers).hasSize(3);
        assertThat(answers.getJsonObject(0).getInteger("id")).isEqualTo(1);
        assertThat(text(answers.getJsonObject(1).getJsonObject("result"))).isEqualTo("x");
        assertThat(answers.getJsonObject(2).getJsonObject("error").getInteger("code"))
                .isEqualTo(-32600);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2025-06-18", "2025-11-25"})
    void laterRevisionsHaveNoBatches(String version) throws Exception {
        var batch = new JsonArray().add(message(1, "ping", new JsonObject()));

        assertThat(caller.post(batch.encode(), "Mcp-Session-Id", session(version))
                        .statusCode())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({"2025-11-25, true", "2025-06-18, false"})
    @DisplayName("TR-23: the stream is primed for clients that know priming events")
    void priming(String version, boolean primed) throws Exception {
        var params = withProgress(call("countdown", new JsonObject().put("seconds", 1)), 7);
        try (var sse = open(session(version), params)) {
            var events = sse.rest();

            assertThat(events).allMatch(event -> event.id().isPresent());
            assertThat(events.get(0).data().isBlank()).isEqualTo(primed);
            var messages = primed ? events.subList(1, events.size()) : events;
            assertThat(messages.get(0).json().getJsonObject("params").getInteger("progressToken"))
                    .isEqualTo(7);
            assertThat(messages.get(messages.size() - 1).json().getInteger("id"))
                    .isEqualTo(1);
        }
    }

    @Test
    @DisplayName("TR-22: a cancelled call stops, and nothing is answered")
    void cancelled() throws Exception {
        var session = session("2025-06-18");
        try (var sse = open(session, call("countdown", LONG))) {
            until(() -> demo.server().runningCalls() == 1);
            var other = caller.post(cancel(99), "Mcp-Session-Id", session);
            assertThat(other.statusCode()).isEqualTo(202);
            assertThat(demo.server().runningCalls()).isEqualTo(1);

            caller.post(cancel(1), "Mcp-Session-Id", session);
            assertThat(sse.rest()).isEmpty();
            assertThat(demo.server().runningCalls()).isZero();
        }
    }

    @Test
    void aSessionCannotCancelAnothersCall() throws Exception {
        var session = session(LATEST);
        try (var sse = open(session, call("countdown", LONG))) {
            until(() -> demo.server().runningCalls() == 1);
            caller.post(cancel(1), "Mcp-Session-Id", session(LATEST));

            assertThat(demo.server().runningCalls()).isEqualTo(1);
            assertThat(sse.status()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("TR-22: a lost connection is no cancellation, and the client can resume where it was")
    void resumes() throws Exception {
        var session = session(LATEST);
        var params = withProgress(call("countdown", new JsonObject().put("seconds", 6)), "p");
        String lastSeen;
        try (var sse = open(session, params)) {
            sse.next();
            var seen = sse.next().orElseThrow();
            assertThat(seen.json().getJsonObject("params").getInteger("progress"))
                    .isZero();
            lastSeen = seen.id().orElseThrow();
        }
        assertThat(demo.server().runningCalls()).isEqualTo(1);

        try (var resumed = listen(session, "Last-Event-ID", lastSeen)) {
            var events = resumed.rest();
            assertThat(events.subList(0, events.size() - 1))
                    .extracting(event -> event.json().getJsonObject("params").getInteger("progress"))
                    .containsExactly(1, 2, 3, 4, 5, 6);
            var last = events.get(events.size() - 1);
            assertThat(last.json().getInteger("id")).isEqualTo(1);

            var nothing = caller.send(caller.request()
                    .headers(
                            "Mcp-Session-Id",
                            session,
                            "Last-Event-ID",
                            last.id().orElseThrow())
                    .GET());
            assertThat(nothing.statusCode()).isEqualTo(204);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"99-1", "x", "1-99999999999999999999", ""})
    void anUnknownEventIdResumesNothing(String lastEventId) throws Exception {
        var response = caller.send(caller.request()
                .headers("Mcp-Session-Id", session(LATEST), "Last-Event-ID", lastEventId)
                .GET());

        assertThat(response.statusCode()).isEqualTo(204);
    }

    @Test
    @DisplayName("TR-16: GET opens a stream that is kept alive and ends with the session")
    void getOpensAStream() throws Exception {
        var session = session(LATEST);
        try (var sse = listen(session)) {
            assertThat(sse.status()).isEqualTo(200);
            assertThat(sse.header("Content-Type")).hasValue("text/event-stream");
            assertThat(sse.comment()).isEqualTo(": open");
            assertThat(sse.comment()).isEqualTo(": keep-alive");

            delete(session);
            assertThat(sse.rest()).isEmpty();
        }
        until(() -> demo.server().openStreams() == 0);
    }

    @Test
    void getNeedsASessionAndAClientThatTakesEvents() throws Exception {
        assertThat(caller.send(caller.request().GET()).statusCode()).isEqualTo(400);
        assertThat(caller.send(caller.request().header("Mcp-Session-Id", "x").GET())
                        .statusCode())
                .isEqualTo(404);
        assertThat(caller.send(caller.request()
                                .header("Mcp-Session-Id", session(LATEST))
                                .setHeader("Accept", "application/json")
                                .GET())
                        .statusCode())
                .isEqualTo(406);
    }

    @Test
    void deletingASessionStopsItsCalls() throws Exception {
        var session = session(LATEST);
        try (var sse = open(session, call("countdown", LONG))) {
            until(() -> demo.server().runningCalls() == 1);
            delete(session);

            assertThat(sse.rest()).allMatch(event -> event.data().isBlank());
            assertThat(demo.server().runningCalls()).isZero();
        }
    }

    @Test
    void anIdThatIsInUseIsRefused() throws Exception {
        var session = session("2025-06-18");
        try (var sse = open(session, call("countdown", LONG))) {
            until(() -> demo.server().runningCalls() == 1);
            var again = request(session, "tools/call", call("echo", new JsonObject().put("message", "x")));

            assertThat(again.statusCode()).isEqualTo(400);
            assertThat(errorCode(again)).isEqualTo(-32600);
            assertThat(sse.status()).isEqualTo(200);
        }
    }

    private HttpResponse<String> initialize(String version) throws Exception {
        return caller.post(message(
                        0,
                        "initialize",
                        new JsonObject()
                                .put("protocolVersion", version)
                                .put("capabilities", new JsonObject())
                                .put(
                                        "clientInfo",
                                        new JsonObject().put("name", "t").put("version", "1")))
                .encode());
    }

    private String session(String version) throws Exception {
        return initialize(version).headers().firstValue("Mcp-Session-Id").orElseThrow();
    }

    private HttpResponse<String> request(String session, String method, JsonObject params) throws Exception {
        var response = caller.post(message(1, method, params).encode(), "Mcp-Session-Id", session);
        assertThat(json(response).getInteger("id")).isEqualTo(1);
        return response;
    }

    private HttpResponse<String> ping(String session) throws Exception {
        return caller.post(message(1, "ping", new JsonObject()).encode(), "Mcp-Session-Id", session);
    }

    private HttpResponse<String> delete(String session) throws Exception {
        return caller.send(caller.request().header("Mcp-Session-Id", session).DELETE());
    }

    private SseReader open(String session, JsonObject params) throws Exception {
        return caller.open(caller.request()
                .header("Mcp-Session-Id", session)
                .POST(HttpRequest.BodyPublishers.ofString(
                        message(1, "tools/call", params).encode())));
    }

    private SseReader listen(String session, String... headers) throws Exception {
        return caller.open(McpCaller.with(caller.request(), headers)
                .header("Mcp-Session-Id", session)
                .GET());
    }

    private static String cancel(int requestId) {
        return new JsonObject()
                .put("jsonrpc", "2.0")
                .put("method", "notifications/cancelled")
                .put("params", new JsonObject().put("requestId", requestId))
                .encode();
    }
}
