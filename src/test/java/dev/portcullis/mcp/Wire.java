package dev.portcullis.mcp;

import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.RawUpstream;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.util.function.Consumer;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A gateway between a client and an MCP server that are both played by the test, byte by byte, and a good token. As a static extension it is for
 * all tests of a class, each with connections of its own to the upstream.
 */
final class Wire implements AutoCloseable, BeforeEachCallback, AfterAllCallback {
    private final RawUpstream upstream = new RawUpstream();
    private final int management = Ports.free();
    private final World world;
    private final TestClient client;
    private final String token;

    Wire() {
        this(configuration -> {});
    }

    /** @param change of the configuration of the upstream */
    Wire(Consumer<JsonObject> change) {
        this(change, configuration -> {});
    }

    /** @param changeOfAll changes the rest of it */
    Wire(Consumer<JsonObject> change, Consumer<JsonObject> changeOfAll) {
        world = World.start(configuration -> {
            configuration.getJsonObject("management").put("port", management);
            changeOfAll.accept(configuration);
            JsonObject demo = configuration.getJsonObject("upstreams").getJsonObject("demo");
            demo.put("url", upstream.url());
            change.accept(demo);
        });
        client = TestClient.register(world);
        token = client.redeem(world.url(), client.code()).json().getString("access_token");
    }

    World world() {
        return world;
    }

    TestClient client() {
        return client;
    }

    RawUpstream upstream() {
        return upstream;
    }

    String token() {
        return token;
    }

    String management() {
        return "http://localhost:" + management;
    }

    /** What the management server shows. */
    String metrics() {
        return new Browser().get(management() + "/metrics").body();
    }

    /** The connection of a client that has sent nothing yet. */
    RawConnection connect() {
        return RawConnection.to(world.url());
    }

    /** The head of a request with the token, without its last empty line. */
    String head(String method, String... headers) {
        return bareHead(method, "Authorization: Bearer " + token + "\r\n" + lines(headers));
    }

    /** The head of a request without a token. */
    String bareHead(String method, String lines) {
        return method + " /demo/mcp HTTP/1.1\r\nHost: localhost\r\n" + lines;
    }

    String post(String body, String... headers) {
        return head("POST", headers) + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                + body;
    }

    private static String lines(String... headers) {
        return headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
    }

    @Override
    public void beforeEach(ExtensionContext test) {
        upstream.forget();
    }

    @Override
    public void afterAll(ExtensionContext tests) {
        close();
    }

    @Override
    public void close() {
        world.close();
        upstream.close();
    }
}
