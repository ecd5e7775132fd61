package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which web pages may call an MCP endpoint, and what they may see of its answers. */
@DisplayName("A web page")
class OriginTest {
    private static final String INSPECTOR = "http://localhost:6274";
    private static final Browser BROWSER = new Browser();
    private static World world;

    @BeforeAll
    static void start() {
        world = World.start(configuration ->
                configuration.put("http", new JsonObject().put("origins", new JsonArray().add(INSPECTOR))));
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example", "null", "http://localhost:6275", "http://LOCALHOST:6274", "x"})
    @DisplayName("of another origin is 403 for every method, without a challenge and without CORS headers (TR-1)")
    void othersAreRefused(String origin) {
        for (String method : new String[] {"POST", "GET", "DELETE", "OPTIONS"}) {
            Answer answer = ask(method, "Origin", origin);
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.header("WWW-Authenticate")).isEmpty();
            assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
        }
    }

    @Test
    @DisplayName("of an allowed origin may ask before it calls, without a token and for any header (TR-2)")
    void preflight() {
        String wanted =
                "authorization,content-type,mcp-protocol-version,mcp-method,mcp-name,mcp-param-x,mcp-session-id,last-event-id";
        Answer answer = ask(
                "OPTIONS",
                "Origin",
                INSPECTOR,
                "Access-Control-Request-Method",
                "POST",
                "Access-Control-Request-Headers",
                wanted);
        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.header("Access-Control-Allow-Origin")).contains(INSPECTOR);
        assertThat(answer.header("Access-Control-Allow-Headers")).contains(wanted);
        assertThat(answer.header("Access-Control-Allow-Methods").orElseThrow()).contains("POST", "GET", "DELETE");
        assertThat(answer.header("Access-Control-Allow-Credentials")).isEmpty();
        assertThat(answer.header("Vary").orElseThrow()).contains("Origin", "Access-Control-Request-Headers");
    }

    @Test
    @DisplayName("of an allowed origin sees the headers it needs, of refusals too (TR-2)")
    void exposedHeaders() {
        Answer answer = ask("POST", "Origin", INSPECTOR);
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("Access-Control-Allow-Origin")).contains(INSPECTOR);
        assertThat(answer.header("Access-Control-Expose-Headers").orElseThrow())
                .contains("Mcp-Session-Id", "WWW-Authenticate", "Retry-After");
    }

    @Test
    @DisplayName("is nothing a program is: without an origin, no CORS (TR-1)")
    void programsHaveNoOrigin() {
        Answer answer = ask("POST");
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
    }

    private static Answer ask(String method, String... headers) {
        return BROWSER.send(
                HttpRequest.newBuilder(URI.create(world.mcpUrl())).method(method, HttpRequest.BodyPublishers.noBody()),
                headers);
    }
}
