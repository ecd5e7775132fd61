package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.RawConnection.Head;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is between client and server, and none of the gateway's business. */
@DisplayName("The gateway has no opinion")
class ProtocolTest {
    private static final String JSON_HEAD = "\r\nContent-Type: application/json\r\nContent-Length: ";

    // With rules over tools, so that messages are looked into at all.
    @RegisterExtension
    private static final Wire WIRE = new Wire(upstream -> upstream.put(
            "tools",
            new JsonArray()
                    .add(new JsonObject().put("match", "delete_*").put("requireScope", "mcp:demo:delete"))
                    .add(new JsonObject().put("match", "never").put("deny", true))));

    @ParameterizedTest
    @ValueSource(strings = {"2026-07-28", "2027-05-05", "2099-12-31"})
    @DisplayName("on versions of the protocol: the upstream says which it knows (TR-10, TR-9)")
    void versions(String version) {
        String question = "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"server/discover\",\"params\":{\"_meta\":"
                + "{\"io.modelcontextprotocol/protocolVersion\":\"" + version + "\"}}}";
        String answer = "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32022,\"message\":\"no\",\"data\":"
                + "{\"supported\":[\"2026-07-28\"],\"requested\":\"" + version + "\"}}}";
        assertPasses(
                question,
                "HTTP/1.1 400 Bad Request",
                answer,
                "MCP-Protocol-Version: " + version,
                "Mcp-Method: server/discover");
    }

    @Test
    @DisplayName("on the era: what a modern server tells a legacy client about itself arrives (TR-21, GW-19)")
    void initializeAtAModernServer() {
        assertPasses(
                "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\"}}",
                "HTTP/1.1 400 Bad Request",
                "{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":-32022,\"message\":\"initialize is gone\","
                        + "\"data\":{\"supported\":[\"2026-07-28\"]}}}");
    }

    @Test
    @DisplayName("on a GET where the old HTTP+SSE transport is probed for: the upstream's 405 arrives (TR-25, TR-16)")
    void probing() {
        try (RawConnection client = WIRE.connect().write(WIRE.head("GET", "Accept: text/event-stream") + "\r\n")) {
            RawConnection upstream = WIRE.upstream().accept();
            upstream.readHead();
            upstream.write("HTTP/1.1 405 Method Not Allowed\r\nAllow: POST\r\nContent-Length: 0\r\n\r\n");
            Head head = client.readHead();
            assertThat(head.status()).isEqualTo(405);
            assertThat(head.header("allow")).isEqualTo("POST");
        }
    }

    @Test
    @DisplayName("on ids, progress tokens, request state, cursors and task ids: not a byte of them changes (GW-10)")
    void handles() {
        assertPasses(
                "{\"jsonrpc\":\"2.0\",\"id\":\"r\\u00f6t-1\",\"method\":\"tools/call\",\"params\":{\"name\":\"ask\","
                        + "\"requestState\":\"eyJ+/=\",\"inputResponses\":{\"a\":{\"action\":\"accept\"}},"
                        + "\"_meta\":{\"progressToken\":1.50,"
                        + "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}}",
                "HTTP/1.1 200 OK",
                "{\"jsonrpc\":\"2.0\",\"id\":\"r\\u00f6t-1\",\"result\":{\"resultType\":\"input_required\","
                        + "\"requestState\":\"Zm9v\\/==\",\"nextCursor\":\"=\",\"taskId\":\"t/1\"}}",
                "MCP-Protocol-Version: 2026-07-28",
                "Mcp-Method: tools/call",
                "Mcp-Name: ask");
    }

    @ParameterizedTest
    @CsvSource({"tasks/get", "tasks/update", "tasks/cancel"})
    @DisplayName("on Mcp-Name of methods beyond the core, such as those of tasks (GW-11)")
    void namesOfTasks(String method) {
        assertPasses(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method
                        + "\",\"params\":{\"taskId\":\"never\",\"_meta\":"
                        + "{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}}",
                "HTTP/1.1 200 OK",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}",
                "MCP-Protocol-Version: 2026-07-28",
                "Mcp-Method: " + method,
                "Mcp-Name: never");
    }

    @Test
    @DisplayName("on what may be cached: every request is a request of its own (GW-12)")
    void nothingIsCached() {
        for (int i = 0; i < 3; i++) {
            assertPasses(
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"prompts/list\"}",
                    "HTTP/1.1 200 OK\r\nCache-Control: public, max-age=3600\r\nETag: \"1\"",
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"n\":" + i
                            + ",\"ttlMs\":3600000,\"cacheScope\":\"public\"}}");
        }
    }

    @Test
    @DisplayName("on who clients and servers say they are (GW-15)")
    void claimedNames() {
        assertPasses(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"clientInfo\":"
                        + "{\"name\":\"mcp:demo:delete\",\"version\":\"admin\"}}}",
                "HTTP/1.1 200 OK",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"serverInfo\":{\"name\":\"somebody else\"}}}");
    }

    @Test
    @DisplayName("on scope once an answer has begun: all decisions are made before the upstream hears anything (RS-15)")
    void decisionsComeFirst() {
        String call = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"delete_all\"}}";
        try (RawConnection client = WIRE.connect().write(WIRE.post(call))) {
            Head head = client.readHead();
            assertThat(head.status()).isEqualTo(403);
            assertThat(head.header("www-authenticate")).contains("error=\"insufficient_scope\"");
            assertThat(WIRE.upstream().accept(Duration.ofMillis(200))).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Bearer error=\"insufficient_scope\", scope=\"mcp:demo:delete\"                      | yes",
                "Bearer realm=\"x\", scope=\"files mcp:demo:delete\", error=\"insufficient_scope\"   | yes",
                "bearer error=insufficient_scope,scope=mcp:demo:delete                               | yes",
                "Bearer error=\"insufficient_scope\", scope=\"files.write\"                          | no",
                "Bearer error=\"insufficient_scope\", scope=\"mcp:demo\"                             | no",
                "Bearer error=\"insufficient_scope\"                                                 | no",
                "Bearer error=\"invalid_token\", scope=\"mcp:demo:delete\"                           | no",
                "Basic realm=\"mcp:demo:delete\"                                                     | no"
            })
    @DisplayName("on an upstream's own 403, but puts a challenge that the client can follow in place of the upstream's"
            + " (GW-4, RS-13, RS-14)")
    void stepUp(String theirs, String helps) {
        try (RawConnection client =
                WIRE.connect().write(WIRE.post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"))) {
            RawConnection upstream = WIRE.upstream().accept();
            upstream.readBody(upstream.readHead());
            upstream.write("HTTP/1.1 403 Forbidden\r\nWWW-Authenticate: " + theirs
                    + ", resource_metadata=\"https://upstream.example/meta\"" + JSON_HEAD + "2\r\n\r\n{}");
            Head head = client.readHead();
            assertThat(head.status()).isEqualTo(403);
            if (helps.equals("yes")) {
                assertThat(head.header("www-authenticate"))
                        .startsWith("Bearer error=\"insufficient_scope\"")
                        .contains("scope=\"mcp:demo mcp:demo:delete\"")
                        .contains("resource_metadata=\"" + WIRE.world().url()
                                + "/.well-known/oauth-protected-resource/demo/mcp\"")
                        .doesNotContain("upstream.example");
            } else {
                assertThat(head.has("www-authenticate")).isFalse();
            }
            assertThat(client.readBody(head)).isEqualTo("{}");
        }
    }

    private static void assertPasses(String question, String status, String answer, String... headers) {
        WIRE.upstream().forget();
        try (RawConnection client = WIRE.connect().write(WIRE.post(question, headers))) {
            RawConnection upstream = WIRE.upstream().accept();
            Head asked = upstream.readHead();
            for (String header : List.of(headers)) {
                String[] pair = header.split(": ", 2);
                assertThat(asked.header(pair[0].toLowerCase(java.util.Locale.ROOT)))
                        .isEqualTo(pair[1]);
            }
            assertThat(upstream.readBody(asked)).isEqualTo(question);
            upstream.write(status + JSON_HEAD + answer.length() + "\r\n\r\n" + answer);
            Head head = client.readHead();
            assertThat(status).contains(" " + head.status());
            assertThat(client.readBody(head)).isEqualTo(answer);
        }
    }
}
