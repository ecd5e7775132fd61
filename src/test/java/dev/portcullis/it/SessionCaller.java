package dev.portcullis.it;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.TestClient;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Calls a tool within one session, as MCP did until 2025-11-25. */
final class SessionCaller implements Actor {
    private final Fleet fleet;
    private final Browser http = new Browser();
    private final String token;
    private final String session;

    SessionCaller(Fleet fleet) {
        this.fleet = fleet;
        this.token = TestClient.register(fleet.world()).accessToken();
        JsonObject parameters = new JsonObject()
                .put("protocolVersion", "2025-11-25")
                .put("capabilities", new JsonObject())
                .put("clientInfo", new JsonObject().put("name", "it").put("version", "1"));
        this.session = fleet.request(gateway -> post(gateway, "initialize", parameters, Optional.empty()))
                .header("Mcp-Session-Id")
                .orElseThrow();
    }

    @Override
    public void act() {
        fleet.request(this::call);
    }

    @Override
    public boolean isUsableAt(String gateway) {
        return call(gateway).status() == 200;
    }

    private Answer call(String gateway) {
        JsonObject parameters =
                new JsonObject().put("name", "echo").put("arguments", new JsonObject().put("message", "hello"));
        return post(gateway, "tools/call", parameters, Optional.of(session));
    }

    private Answer post(String gateway, String method, JsonObject parameters, Optional<String> sessionId) {
        List<String> headers = new ArrayList<>(List.of(
                "Authorization",
                "Bearer " + token,
                "Accept",
                "application/json, text/event-stream",
                "MCP-Protocol-Version",
                "2025-11-25"));
        sessionId.ifPresent(id -> headers.addAll(List.of("Mcp-Session-Id", id)));
        JsonObject message = new JsonObject()
                .put("jsonrpc", "2.0")
                .put("id", 1)
                .put("method", method)
                .put("params", parameters);
        return http.postJson(gateway + "/demo/mcp", message.encode(), headers.toArray(String[]::new));
    }
}
