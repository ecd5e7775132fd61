package dev.portcullis.dev.mcp;

import static dev.portcullis.dev.mcp.McpCaller.errorCode;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.BindException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class McpEndpointTest {
    private static final JsonObject EMPTY = new JsonObject();

    @RegisterExtension
    final DemoServer demo = new DemoServer(DemoServer.bounds(8));

    private McpCaller caller;

    @BeforeEach
    void caller() {
        caller = demo.caller();
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:6274, 200",
        "http://127.0.0.1, 200",
        "http://[::1]:1, 200",
        "https://evil.example, 403",
        "http://localhost.evil.example, 403",
        "null, 403",
        "%%, 403",
    })
    @DisplayName("TR-1: only pages of this machine may call")
    void originsAreChecked(String origin, int status) throws Exception {
        var response =
                caller.send(caller.modern(1, "tools/list", new JsonObject()).header("Origin", origin));

        assertThat(response.statusCode()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"localhost, 400", "127.0.0.1:1234, 400", "evil.example, 403"})
    @DisplayName("TR-1: a name that was rebound to this machine is refused")
    void hostsAreChecked(String host, String status) throws Exception {
        try (var raw = new RawRequest(
                demo.server().url(), "Host: " + host + "\r\nContent-Type: application/json\r\n", "not json")) {
            assertThat(raw.statusLine()).startsWith("HTTP/1.1 " + status);
        }
    }

    @Test
    void otherPathsAreNotFoundAndOtherMethodsNotAllowed() throws Exception {
        var elsewhere = new McpCaller(demo.server().url() + "/more");
        assertThat(elsewhere.post("{}").statusCode()).isEqualTo(404);

        var put = caller.send(caller.request().PUT(HttpRequest.BodyPublishers.ofString("{}")));
        assertThat(put.statusCode()).isEqualTo(405);
        assertThat(put.headers().firstValue("Allow")).hasValue("GET, POST, DELETE");
    }

    @Test
    void theBodyIsJsonAndSaysSo() throws Exception {
        var form = caller.send(caller.request()
                .setHeader("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("{}")));
        assertThat(form.statusCode()).isEqualTo(415);

        var broken = caller.post("{\"jsonrpc\":");
        assertThat(broken.statusCode()).isEqualTo(400);
        assertThat(errorCode(broken)).isEqualTo(-32700);
        assertThat(McpCaller.json(broken).containsKey("id")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "1",
                "{}",
                "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":2}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":[]}",
                "{\"jsonrpc\":\"2.0\",\"id\":1}"
            })
    void whatIsNoMessageIsAnInvalidRequest(String body) throws Exception {
        var response = caller.post(body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(errorCode(response)).isEqualTo(-32600);
    }

    @Test
    void aBodyBeyondTheBoundIsRefused() throws Exception {
        var response = caller.post("\"" + "x".repeat(64 * 1024) + "\"");

        assertThat(response.statusCode()).isEqualTo(413);
    }

    @Test
    void aClientThatTakesNeitherJsonNorEventsIsRefused() throws Exception {
        var response =
                caller.send(caller.modern(1, "tools/list", new JsonObject()).setHeader("Accept", "text/html"));

        assertThat(response.statusCode()).isEqualTo(406);
    }

    @Test
    void aTakenPortFailsTheStart() throws Exception {
        var vertx = Vertx.vertx();
        try {
            var port = URI.create(demo.server().url()).getPort();
            assertThatThrownBy(() -> DemoServer.await(DemoMcpServer.start(vertx, "127.0.0.1", port)))
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseInstanceOf(BindException.class);
        } finally {
            DemoServer.await(vertx.close());
        }
    }

    @Test
    void bothErasAreServedAtOnce() throws Exception {
        var initialize =
                caller.post(McpCaller.message(0, "initialize", new JsonObject().put("protocolVersion", "2025-06-18"))
                        .encode());
        var session = initialize.headers().firstValue("Mcp-Session-Id").orElseThrow();
        var legacy = caller.post(McpCaller.message(1, "tools/list", EMPTY).encode(), "Mcp-Session-Id", session);
        var modern = caller.send(caller.modern(1, "tools/list", new JsonObject()));

        assertThat(McpCaller.result(legacy).getJsonArray("tools"))
                .isEqualTo(McpCaller.result(modern).getJsonArray("tools"));
    }
}
