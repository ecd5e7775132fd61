package dev.portcullis.dev.mcp;

import static dev.portcullis.dev.mcp.McpCaller.call;
import static dev.portcullis.dev.mcp.McpCaller.errorCode;
import static dev.portcullis.dev.mcp.McpCaller.json;
import static dev.portcullis.dev.mcp.McpCaller.message;
import static dev.portcullis.dev.mcp.McpCaller.modern;
import static dev.portcullis.dev.mcp.McpCaller.result;
import static dev.portcullis.dev.mcp.McpCaller.text;
import static dev.portcullis.dev.mcp.McpCaller.until;
import static dev.portcullis.dev.mcp.McpCaller.withProgress;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ModernEraTest {
    private static final JsonObject HELLO = new JsonObject().put("message", "hello");

    @RegisterExtension
    final DemoServer demo = new DemoServer(DemoServer.bounds(3));

    private McpCaller caller;

    @BeforeEach
    void caller() {
        caller = demo.caller();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "DELETE"})
    @DisplayName("TR-7: GET and DELETE are not allowed, POST is")
    void onlyPostIsAllowed(String method) throws Exception {
        var response = caller.send(caller.request()
                .header("MCP-Protocol-Version", McpCaller.MODERN)
                .method(method, HttpRequest.BodyPublishers.noBody()));

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow")).hasValue("POST");
    }

    @Test
    @DisplayName("TR-14: server/discover names the revisions, the capabilities and the server, with caching hints")
    void discovery() throws Exception {
        var result = result(caller.send(caller.modern("d", "server/discover", new JsonObject())));

        assertThat(result.getString("resultType")).isEqualTo("complete");
        assertThat(result.getJsonArray("supportedVersions").getList())
                .isEqualTo(new JsonArray()
                        .add("2026-07-28")
                        .add("2025-11-25")
                        .add("2025-06-18")
                        .add("2025-03-26")
                        .getList());
        assertThat(result.getJsonObject("capabilities").containsKey("tools")).isTrue();
        assertThat(result.getLong("ttlMs")).isPositive();
        assertThat(result.getString("cacheScope")).isEqualTo("public");
        assertThat(result.getJsonObject("_meta")
                        .getJsonObject("io.modelcontextprotocol/serverInfo")
                        .getString("name"))
                .isEqualTo("portcullis-demo");
    }

    @Test
    void theToolListHasCachingHintsAndAFixedOrder() throws Exception {
        var result = result(caller.send(caller.modern(1, "tools/list", new JsonObject())));

        assertThat(result.getJsonArray("tools").stream().map(tool -> ((JsonObject) tool).getString("name")))
                .containsExactly("echo", "add", "whoami", "countdown");
        assertThat(result.getLong("ttlMs")).isPositive();
        assertThat(result.getString("cacheScope")).isEqualTo("public");
    }

    @Test
    void aCallIsAnsweredUnderItsIdAndNoSessionIsMinted() throws Exception {
        var response = caller.send(caller.modern("a b", "tools/call", call("echo", HELLO))
                .header("Mcp-Session-Id", "from-an-earlier-life"));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(json(response).getString("id")).isEqualTo("a b");
        assertThat(text(result(response))).isEqualTo("hello");
        assertThat(result(response).getString("resultType")).isEqualTo("complete");
        assertThat(response.headers().firstValue("Mcp-Session-Id")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0.1, 0.2, 0.3", "2, 40, 42", "1e3, 1, 1001", "1.5, -1.50, 0", "9007199254740993, 1, 9007199254740994"})
    void addIsExact(String a, String b, String sum) throws Exception {
        var body = message(1, "tools/call", modern(call("add", new JsonObject())))
                .encode()
                .replace("\"arguments\":{}", "\"arguments\":{\"a\":" + a + ",\"b\":" + b + "}");
        var response = caller.post(
                body, "MCP-Protocol-Version", McpCaller.MODERN, "Mcp-Method", "tools/call", "Mcp-Name", "add");

        assertThat(text(result(response))).isEqualTo(sum);
    }

    @Test
    @DisplayName("GW-1: whoami tells who was announced, and that no credential came, without repeating one")
    void whoami() throws Exception {
        var announced = result(caller.send(caller.modern(1, "tools/call", call("whoami", new JsonObject()))
                        .headers("X-Forwarded-User", "u-1", "X-Forwarded-Groups", "a, b", "X-Forwarded-Client", "c")))
                .getJsonObject("structuredContent");
        assertThat(announced)
                .isEqualTo(new JsonObject()
                        .put("user", "u-1")
                        .put("groups", new JsonArray().add("a").add("b"))
                        .put("client", "c")
                        .put("authorizationReceived", false)
                        .put("cookieReceived", false)
                        .put("protocolVersion", McpCaller.MODERN));

        var leaked = caller.send(caller.modern(1, "tools/call", call("whoami", new JsonObject()))
                .headers("Authorization", "Bearer s3cret", "Cookie", "id=s3cret"));
        var content = result(leaked).getJsonObject("structuredContent");
        assertThat(content.getBoolean("authorizationReceived")).isTrue();
        assertThat(content.getBoolean("cookieReceived")).isTrue();
        assertThat(leaked.body()).doesNotContain("s3cret");
    }

    @ParameterizedTest
    @CsvSource({
        ", tools/call, echo",
        "2026-07-28, , echo",
        "2026-07-28, tools/call, ",
        "2025-11-25, tools/call, echo",
        "2026-07-28, tools/list, echo",
        "2026-07-28, TOOLS/CALL, echo",
        "2026-07-28, tools/call, add",
        "2026-07-28, tools/call, =?base64?!!!?=",
    })
    @DisplayName("TR-8: a required header that is missing or differs from the body is a HeaderMismatch")
    void headersMustMatchTheBody(String version, String method, String name) throws Exception {
        var request = caller.request();
        header(request, "MCP-Protocol-Version", version);
        header(request, "Mcp-Method", method);
        header(request, "Mcp-Name", name);

        var response = caller.send(request.POST(HttpRequest.BodyPublishers.ofString(
                message(7, "tools/call", modern(call("echo", HELLO))).encode())));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(errorCode(response)).isEqualTo(-32020);
        assertThat(json(response).getInteger("id")).isEqualTo(7);
    }

    @Test
    void aHeaderSentTwiceIsAHeaderMismatch() throws Exception {
        var response =
                caller.send(caller.modern(1, "tools/call", call("echo", HELLO)).header("Mcp-Name", "add"));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(errorCode(response)).isEqualTo(-32020);
    }

    @Test
    @DisplayName("GW-9: a name in the Base64 form is the same name")
    void base64NamesAreDecoded() throws Exception {
        var encoded = Base64.getEncoder().encodeToString("echo".getBytes(StandardCharsets.UTF_8));
        var response = caller.post(
                message(1, "tools/call", modern(call("echo", HELLO))).encode(),
                "MCP-Protocol-Version",
                McpCaller.MODERN,
                "Mcp-Method",
                "tools/call",
                "Mcp-Name",
                "=?base64?" + encoded + "?=");

        assertThat(text(result(response))).isEqualTo("hello");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"_meta\":{}}",
                "{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}",
                "{\"_meta\":{\"io.modelcontextprotocol/clientCapabilities\":{}}}"
            })
    @DisplayName("TR-9: a request without its _meta members has invalid params")
    void metaMembersAreRequired(String params) throws Exception {
        var response = caller.post(
                message(1, "tools/list", new JsonObject(params)).encode(),
                "MCP-Protocol-Version",
                McpCaller.MODERN,
                "Mcp-Method",
                "tools/list");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(errorCode(response)).isEqualTo(-32602);
    }

    @Test
    @DisplayName("TR-9: another revision is refused with the list of ours")
    void unsupportedRevisionsAreRefused() throws Exception {
        var params = modern(new JsonObject());
        params.getJsonObject("_meta").put("io.modelcontextprotocol/protocolVersion", "2027-01-01");
        var response = caller.post(
                message(1, "server/discover", params).encode(),
                "MCP-Protocol-Version",
                "2027-01-01",
                "Mcp-Method",
                "server/discover");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(errorCode(response)).isEqualTo(-32022);
        var data = json(response).getJsonObject("error").getJsonObject("data");
        assertThat(data.getString("requested")).isEqualTo("2027-01-01");
        assertThat(data.getJsonArray("supported").getList()).first().isEqualTo("2026-07-28");
    }

    @ParameterizedTest
    @ValueSource(strings = {"prompts/list", "ping", "initialize", "logging/setLevel"})
    @DisplayName("TR-9: an unknown method is 404")
    void unknownMethodsAreNotFound(String method) throws Exception {
        var response = caller.send(caller.modern(5, method, new JsonObject()));

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(errorCode(response)).isEqualTo(-32601);
        assertThat(json(response).getInteger("id")).isEqualTo(5);
    }

    @Test
    void anUnknownToolIsAProtocolErrorAndABadArgumentAToolError() throws Exception {
        var unknown = caller.send(caller.modern(1, "tools/call", call("nope", new JsonObject())));
        assertThat(errorCode(unknown)).isEqualTo(-32602);

        var bad = result(caller.send(caller.modern(
                        2, "tools/call", call("countdown", new JsonObject().put("seconds", 3601)))
                .setHeader("Accept", "application/json")));
        assertThat(bad.getBoolean("isError")).isTrue();
        assertThat(text(bad)).isEqualTo("Invalid arguments: seconds must be a whole number from 1 to 3600.");
    }

    @Test
    @DisplayName("TR-11: the body is one request or notification")
    void onlyOneRequestOrNotification() throws Exception {
        var request = message(1, "tools/list", modern(new JsonObject()));
        var batch = caller.post(new JsonArray().add(request).encode(), "MCP-Protocol-Version", McpCaller.MODERN);
        assertThat(batch.statusCode()).isEqualTo(400);
        assertThat(errorCode(batch)).isEqualTo(-32600);

        var response =
                caller.post("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", "MCP-Protocol-Version", McpCaller.MODERN);
        assertThat(response.statusCode()).isEqualTo(400);

        var notification = caller.post(
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/whatever\"}",
                "MCP-Protocol-Version",
                McpCaller.MODERN);
        assertThat(notification.statusCode()).isEqualTo(202);
        assertThat(notification.body()).isEmpty();
    }

    @Test
    void progressComesOneByOneAndTheResultLast() throws Exception {
        var params = withProgress(call("countdown", new JsonObject().put("seconds", 2)), "p-1");
        try (var sse = caller.open(caller.modern(9, "tools/call", params))) {
            assertThat(sse.header("Content-Type")).hasValue("text/event-stream");
            assertThat(sse.header("X-Accel-Buffering")).hasValue("no");
            var events = sse.rest();

            var reports = events.subList(0, events.size() - 1).stream()
                    .map(event -> event.json().getJsonObject("params"))
                    .toList();
            assertThat(reports).allMatch(report -> "p-1".equals(report.getString("progressToken")));
            assertThat(reports)
                    .extracting(report -> report.getInteger("progress"))
                    .containsExactly(0, 1, 2);
            assertThat(events.get(events.size() - 1).json().getInteger("id")).isEqualTo(9);
        }
    }

    @Test
    void withoutATokenThereIsNoProgress() throws Exception {
        var params = call("countdown", new JsonObject().put("seconds", 2));
        try (var sse = caller.open(caller.modern(9, "tools/call", params))) {
            var events = sse.rest();
            assertThat(events).hasSize(1);
            assertThat(text(events.get(0).json().getJsonObject("result"))).isEqualTo("Counted down 2 seconds.");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json, text/event-stream", "application/json"})
    @DisplayName("TR-12: a client that goes away cancels its call, however it is answered")
    void disconnectCancels(String accept) throws Exception {
        var params = withProgress(call("countdown", new JsonObject().put("seconds", 3600)), 1);
        var request = caller.modern(1, "tools/call", params).setHeader("Accept", accept);
        try (var raw = new RawRequest(demo.server().url(), request.build(), body(params))) {
            until(() -> demo.server().runningCalls() == 1);
            assertThat(raw.isOpen()).isTrue();
        }
        until(() -> demo.server().runningCalls() == 0);
    }

    @Test
    @DisplayName("TR-13: a subscription is acknowledged first, kept alive, and ended with a result")
    void subscription() throws Exception {
        var params = new JsonObject()
                .put(
                        "notifications",
                        new JsonObject().put("toolsListChanged", true).put("promptsListChanged", true));
        try (var sse = caller.open(caller.modern("s", "subscriptions/listen", params))) {
            var first = sse.next().orElseThrow().json();
            assertThat(first.getString("method")).isEqualTo("notifications/subscriptions/acknowledged");
            assertThat(first.getJsonObject("params").getJsonObject("notifications"))
                    .isEqualTo(new JsonObject().put("toolsListChanged", true));
            assertThat(subscriptionId(first.getJsonObject("params"))).isEqualTo("s");
            assertThat(sse.comment()).isEqualTo(": keep-alive");

            DemoServer.await(demo.server().close());
            var last = sse.rest();
            assertThat(last).hasSize(1);
            assertThat(last.get(0).json().getString("id")).isEqualTo("s");
            var result = last.get(0).json().getJsonObject("result");
            assertThat(result.getString("resultType")).isEqualTo("complete");
            assertThat(subscriptionId(result)).isEqualTo("s");
        }
    }

    @Test
    void aSubscriptionIsAStreamOrNothing() throws Exception {
        var params = new JsonObject().put("notifications", new JsonObject());
        var response =
                caller.send(caller.modern(1, "subscriptions/listen", params).setHeader("Accept", "application/json"));

        assertThat(response.statusCode()).isEqualTo(406);
    }

    @Test
    void moreStreamsThanTheBoundAreToldToComeAgain() throws Exception {
        var params = new JsonObject().put("notifications", new JsonObject());
        try (var one = caller.open(caller.modern(1, "subscriptions/listen", params));
                var two = caller.open(caller.modern(2, "subscriptions/listen", params));
                var three = caller.open(caller.modern(3, "subscriptions/listen", params))) {
            assertThat(one.status() + two.status() + three.status()).isEqualTo(600);

            var fourth = caller.send(caller.modern(4, "subscriptions/listen", params));
            assertThat(fourth.statusCode()).isEqualTo(503);
            assertThat(fourth.headers().firstValue("Retry-After")).hasValue("1");
        }
        until(() -> demo.server().openStreams() == 0);
        try (var again = caller.open(caller.modern(5, "subscriptions/listen", params))) {
            assertThat(again.status()).isEqualTo(200);
        }
    }

    private static String body(JsonObject params) {
        return message(1, "tools/call", modern(params)).encode();
    }

    private static String subscriptionId(JsonObject holder) {
        return holder.getJsonObject("_meta").getString("io.modelcontextprotocol/subscriptionId");
    }

    private static void header(HttpRequest.Builder request, String name, @Nullable String value) {
        if (value != null) {
            request.header(name, value);
        }
    }
}
