package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.RawConnection.Head;
import dev.portcullis.testkit.TestClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules over tools, from the configuration to the WIRE. */
@DisplayName("With a tool policy")
class ToolPolicyTest {
    private static final Duration MOMENT = Duration.ofMillis(150);
    private static final String LIST =
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"tools\":[{\"name\":\"read_a\",\"x\":1.50},"
                    + "{\"name\":\"delete_a\"},{\"name\":\"write_a\"},{\"name\":\"admin_a\"}],\"ttlMs\":5,\"cacheScope\":\"public\"}}";
    private static final String FILTERED =
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"tools\":[{\"name\":\"read_a\",\"x\":1.50},{\"name\":\"write_a\"}],"
                    + "\"ttlMs\":5,\"cacheScope\":\"private\"}}";

    @RegisterExtension
    private static final Wire WIRE = new Wire(upstream -> upstream.put(
                    "tools",
                    new JsonArray()
                            .add(new JsonObject().put("match", "delete_own").put("allow", true))
                            .add(new JsonObject().put("match", "delete_*").put("deny", true))
                            .add(new JsonObject().put("match", "write_*").put("requireScope", "demo:write"))
                            .add(new JsonObject().put("match", "admin_*").put("requireGroup", "nobody-is-here")))
            .put("maxInspected", "64KiB"));

    @ParameterizedTest
    @ValueSource(strings = {"delete_a", "delete_", "admin_a"})
    @DisplayName("a call that nothing would allow is 403 without a challenge, as a JSON-RPC error (RS-14, GW-17)")
    void hardDenials(String tool) {
        for (String[] headers : new String[][] {{}, modern("tools/call", tool)}) {
            try (RawConnection client = WIRE.connect().write(WIRE.post(call(tool), headers))) {
                Head head = client.readHead();
                assertThat(head.status()).isEqualTo(403);
                assertThat(head.has("www-authenticate")).isFalse();
                JsonObject error = new JsonObject(client.readBody(head));
                assertThat(error.getInteger("id")).isEqualTo(7);
                assertThat(error.getJsonObject("error").getInteger("code")).isEqualTo(403);
            }
        }
        assertThat(WIRE.upstream().accept(MOMENT)).isEmpty();
    }

    @Test
    @DisplayName("a call that a scope would allow is 403 with all scopes it takes (RS-13)")
    void stepUp() {
        try (RawConnection client = WIRE.connect().write(WIRE.post(call("write_a")))) {
            Head head = client.readHead();
            assertThat(head.status()).isEqualTo(403);
            assertThat(head.header("www-authenticate"))
                    .contains("error=\"insufficient_scope\"", "scope=\"mcp:demo demo:write\"", "resource_metadata=");
        }
    }

    @Test
    @DisplayName("a client that asks for that scope gets it, and the call passes (RS-13, RS-8)")
    void steppedUp() {
        TestClient client = TestClient.register(WIRE.world());
        Answer consent = client.browser()
                .get(WIRE.world().url() + "/authorize?" + client.authorizationQuery("scope", "mcp:demo demo:write"));
        assertThat(consent.body()).contains("demo:write");
        String code = client.callback(
                        WIRE.world().url(),
                        client.signIn(client.approve(WIRE.world().url(), consent)))
                .parameter("code")
                .orElseThrow();
        String token = client.redeem(WIRE.world().url(), code).json().getString("access_token");
        assertThat(passes(WIRE.post(call("write_a")).replace(WIRE.token(), token)))
                .isTrue();
        // Who asks for nothing gets what the resource needs, and no more.
        JsonObject metadata = client.browser()
                .get(WIRE.world().url() + "/.well-known/oauth-protected-resource/demo/mcp")
                .json();
        assertThat(metadata.getJsonArray("scopes_supported").getList()).asList().containsExactly("mcp:demo");
        assertThat(client.browser()
                        .get(WIRE.world().url() + "/.well-known/oauth-authorization-server")
                        .json()
                        .getJsonArray("scopes_supported")
                        .contains("demo:write"))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"read_a", "delete_own", "DELETE_a", "undelete_a"})
    @DisplayName("other calls pass byte for byte")
    void otherCallsPass(String tool) {
        String body = " " + call(tool) + "\n";
        try (RawConnection client = WIRE.connect().write(WIRE.post(body, "Accept-Encoding: gzip"))) {
            RawConnection upstream = WIRE.upstream().accept();
            Head head = upstream.readHead();
            assertThat(upstream.readBody(head)).isEqualTo(body);
            assertThat(head.has("accept-encoding")).isFalse();
        }
    }

    @Test
    @DisplayName("a batch of which one call is refused is refused whole, and each request hears so (TR-20)")
    void batches() {
        String batch = "[" + call("read_a") + "," + call("delete_a").replace(":7,", ":8,")
                + ",{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"},{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{}}]";
        try (RawConnection client = WIRE.connect().write(WIRE.post(batch))) {
            Head head = client.readHead();
            assertThat(head.status()).isEqualTo(403);
            JsonArray errors = new JsonArray(client.readBody(head));
            assertThat(errors).hasSize(2);
            assertThat(errors.getJsonObject(0).getInteger("id")).isEqualTo(7);
            assertThat(errors.getJsonObject(1).getInteger("id")).isEqualTo(8);
        }
        assertThat(WIRE.upstream().accept(MOMENT)).isEmpty();
        assertThat(passes(WIRE.post("[" + call("read_a") + "]"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\",\"method\":\"tools/call\",\"params\":{\"name\":\"delete_a\"}}",
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\",\"Method\":\"tools/call\",\"params\":{\"name\":\"delete_a\"}}",
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"read_a\",\"NAME\":\"delete_a\"}}",
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"a\"},\"param\u017f\":{}}",
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":[\"delete_a\"]}}",
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":[\"delete_a\"]}",
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":[\"tools/call\"],\"params\":{\"name\":\"delete_a\"}}",
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\"} {\"method\":\"tools/call\"}",
                "\ufeff{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\"}",
                "{\"method\":'ping'}",
                "[]",
                "[[]]",
                "7",
                "nothing",
                ""
            })
    @DisplayName("a body that two parsers could read differently is 400 and passes nowhere (GW-6)")
    void ambiguousBodies(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (RawConnection client = WIRE.connect()
                .write(WIRE.head("POST", "Content-Length: " + bytes.length) + "\r\n")
                .write(bytes)) {
            Head head = client.readHead();
            assertThat(head.status()).as(body).isEqualTo(400);
            assertThat(new JsonObject(client.readBody(head))
                            .getJsonObject("error")
                            .getInteger("code"))
                    .isIn(-32700, -32600, -32602);
        }
        assertThat(WIRE.upstream().accept(MOMENT)).isEmpty();
    }

    @Test
    @DisplayName("a name written in escapes is the same name")
    void escapes() {
        try (RawConnection client = WIRE.connect()
                .write(WIRE.post(
                        call("delete_a").replace("delete", "\\u0064elete").replace("/call", "\\/call")))) {
            assertThat(client.readHead().status()).isEqualTo(403);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2026-07-28, tools/list, read_a",
        "2026-07-28, tools/call, read_b",
        "2026-07-28, tools/call, =?base64?ZGVsZXRlX2E=?=",
        "2026-07-28, tools/call, =?base64?%%%?=",
        "2027-01-01, ping, read_a",
        "tomorrow, ping, read_a",
        "2027-01-01, tools/call, read_a"
    })
    @DisplayName("headers that say something else than the body are 400 -32020 (GW-6, GW-7, GW-9, TR-8)")
    void disagreeingHeaders(String version, String method, String name) {
        String body = call("read_a")
                .replace("\"arguments\":{}", "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}");
        try (RawConnection client = WIRE.connect()
                .write(WIRE.post(
                        body, "MCP-Protocol-Version: " + version, "Mcp-Method: " + method, "Mcp-Name: " + name))) {
            Head head = client.readHead();
            assertThat(head.status()).isEqualTo(400);
            JsonObject error = new JsonObject(client.readBody(head));
            assertThat(error.getInteger("id")).isEqualTo(7);
            assertThat(error.getJsonObject("error").getInteger("code")).isEqualTo(-32020);
        }
    }

    @Test
    @DisplayName(
            "a name in Base64 is the same name, a batch is none of the modern era's, and headers may be missing (GW-9, TR-11)")
    void modernForms() {
        String encoded =
                "=?base64?" + Base64.getEncoder().encodeToString("delete_a".getBytes(StandardCharsets.UTF_8)) + "?=";
        try (RawConnection client = WIRE.connect().write(WIRE.post(call("delete_a"), modern("tools/call", encoded)))) {
            assertThat(client.readHead().status()).isEqualTo(403);
        }
        try (RawConnection client =
                WIRE.connect().write(WIRE.post("[" + call("read_a") + "]", modern("tools/call", "read_a")))) {
            assertThat(client.readHead().status()).isEqualTo(400);
        }
        // Headers that claim a harmless method do not make the body one.
        try (RawConnection client = WIRE.connect().write(WIRE.post(call("delete_a"), "Mcp-Method: ping"))) {
            assertThat(client.readHead().status()).isEqualTo(403);
        }
        assertThat(passes(WIRE.post(call("read_a"), "MCP-Protocol-Version: 2026-07-28")))
                .isTrue();
        assertThat(passes(WIRE.post(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tasks/get\",\"params\":{\"taskId\":\"t\"}}",
                        modern("tasks/get", "t"))))
                .isTrue();
    }

    @Test
    @DisplayName("a list of tools shows what can be had, in its order, and is private (GW-13)")
    void listsInJson() {
        assertThat(answerTo(
                        "tools/list",
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: "
                                + LIST.length() + "\r\n\r\n" + LIST))
                .isEqualTo(FILTERED);
    }

    @Test
    @DisplayName("the same in events, cut anywhere, and other events stay as they were (GW-13, TR-5)")
    void listsInEvents() {
        String before = ": hi\r\n\r\nid: 1\r\ndata:\r\n\r\nevent: message\rdata: {\"method\":\"x\"}\r\r";
        String list = "id: 2\nevent: message\ndata: " + LIST.substring(0, 16) + "\ndata:" + LIST.substring(16) + "\n\n";
        StringBuilder chunks = new StringBuilder();
        for (char c : (before + list + ":bye\n\n").toCharArray()) {
            chunks.append("1\r\n").append(c).append("\r\n");
        }
        String answered = answerTo(
                "tools/list",
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
                        + "0\r\n\r\n");
        assertThat(answered).isEqualTo(before + "id: 2\nevent: message\ndata: " + FILTERED + "\n\n:bye\n\n");
    }

    @Test
    @DisplayName("lists that come again on a GET stream are filtered too (TR-22)")
    void listsOnGetStreams() {
        try (RawConnection client = WIRE.connect().write(WIRE.head("GET", "Last-Event-ID: 1") + "\r\n")) {
            RawConnection upstream = WIRE.upstream().accept();
            upstream.readHead();
            upstream.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .writeChunk("data: {\"a\":1}\n\n");
            client.readHead();
            assertThat(client.readChunk()).isEqualTo("data: {\"a\":1}\n\n");
            upstream.writeChunk("data: " + LIST + "\n\n");
            assertThat(client.readChunk()).isEqualTo("data: " + FILTERED + "\n\n");
        }
    }

    @Test
    @DisplayName("answers to other requests are not held back")
    void otherAnswersStream() {
        try (RawConnection client = WIRE.connect().write(WIRE.post(call("read_a")))) {
            RawConnection upstream = WIRE.upstream().accept();
            upstream.readBody(upstream.readHead());
            upstream.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .writeChunk("data: {");
            client.readHead();
            assertThat(client.readChunk()).isEqualTo("data: {");
        }
    }

    @Test
    @DisplayName("what cannot be looked into does not pass: compressed or too large")
    void opaqueMessages() {
        try (RawConnection client = WIRE.connect().write(WIRE.post(call("read_a"), "Content-Encoding: gzip"))) {
            assertThat(client.readHead().status()).isEqualTo(415);
        }
        try (RawConnection client = WIRE.connect().write(WIRE.post(" ".repeat(65 * 1024) + call("read_a")))) {
            assertThat(client.readHead().status()).isEqualTo(413);
        }
        try (RawConnection client = WIRE.connect().write(WIRE.head("POST", "Transfer-Encoding: chunked") + "\r\n")) {
            for (int i = 0; i < 5; i++) {
                client.writeChunk(" ".repeat(16 * 1024));
            }
            assertThat(client.readHead().status()).isEqualTo(413);
        }
        assertThat(WIRE.upstream().accept(MOMENT)).isEmpty();
        try (RawConnection client = WIRE.connect().write(WIRE.post(request("tools/list", "{}")))) {
            RawConnection upstream = WIRE.upstream().accept();
            upstream.readBody(upstream.readHead());
            upstream.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
                    + "Content-Length: 2\r\n\r\n{}");
            assertThat(client.readHead().status()).isEqualTo(502);
        }
        WIRE.upstream().forget();
        try (RawConnection client = WIRE.connect().write(WIRE.post(request("tools/list", "{}")))) {
            RawConnection upstream = WIRE.upstream().accept();
            upstream.readBody(upstream.readHead());
            upstream.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 70000\r\n\r\n"
                    + " ".repeat(70_000));
            assertThat(client.readToEnd()).doesNotContain("0\r\n\r\n");
        }
    }

    private static String call(String tool) {
        return request("tools/call", "{\"name\":\"" + tool + "\",\"arguments\":{}}");
    }

    private static String request(String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"" + method + "\",\"params\":" + params + "}";
    }

    private static String[] modern(String method, String name) {
        return new String[] {"MCP-Protocol-Version: 2026-07-28", "Mcp-Method: " + method, "Mcp-Name: " + name};
    }

    private static String answerTo(String method, String answer) {
        try (RawConnection client = WIRE.connect().write(WIRE.post(request(method, "{}")))) {
            RawConnection upstream = WIRE.upstream().accept();
            upstream.readBody(upstream.readHead());
            upstream.write(answer);
            return client.readBody(client.readHead());
        }
    }

    private static boolean passes(String request) {
        WIRE.upstream().forget();
        try (RawConnection client = WIRE.connect().write(request)) {
            RawConnection upstream = WIRE.upstream().accept();
            upstream.readBody(upstream.readHead());
            upstream.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
            return client.readHead().status() == 202;
        }
    }
}
