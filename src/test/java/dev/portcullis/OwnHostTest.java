package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.StubUpstream;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Clients remember for a whole origin which era it speaks, so servers of different eras want origins of their own. */
@DisplayName("An upstream with a host of its own (GW-19)")
class OwnHostTest {
    private static StubUpstream stub;
    private static World world;
    private static String origin;

    @BeforeAll
    static void start() {
        stub = new StubUpstream("stub");
        // The same listener under another name, as behind a balancer that keeps Host.
        world = World.start(configuration -> configuration
                .getJsonObject("upstreams")
                .put(
                        "own",
                        new JsonObject()
                                .put("url", stub.url())
                                .put(
                                        "resource",
                                        configuration.getString("publicUrl").replace("localhost", "127.0.0.1")
                                                + "/mcp")));
        origin = world.url().replace("localhost", "127.0.0.1");
    }

    @AfterAll
    static void stop() {
        world.close();
        stub.close();
    }

    @Test
    @DisplayName("is found, signed in for and called there, with the one issuer (RS-2, RS-3, AS-38)")
    void flow() {
        Answer challenge = new Browser().postJson(origin + "/mcp", "{}");
        assertThat(challenge.status()).isEqualTo(401);
        String metadata = origin + "/.well-known/oauth-protected-resource/mcp";
        assertThat(challenge.header("WWW-Authenticate").orElseThrow())
                .contains("resource_metadata=\"" + metadata + "\"", "scope=\"mcp:own\"");
        Answer document = new Browser().get(metadata, "Origin", "https://anywhere.example");
        assertThat(document.status()).isEqualTo(200);
        assertThat(document.header("Access-Control-Allow-Origin")).contains("*");
        assertThat(document.json().getString("resource")).isEqualTo(origin + "/mcp");
        assertThat(document.json().getJsonArray("authorization_servers"))
                .isEqualTo(new JsonArray(List.of(world.url())));

        String token = TestClient.register(world).wants(origin + "/mcp").accessToken();
        Answer answer =
                new Browser().postJson(origin + "/mcp", "{}", "Authorization", "Bearer " + token, "Origin", origin);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(stub.seen().get(stub.seen().size() - 1).get("X-Forwarded-Host"))
                .isEqualTo(URI.create(origin).getAuthority());
        assertThat(new Browser()
                        .postJson(world.mcpUrl(), "{}", "Authorization", "Bearer " + token)
                        .status())
                .isEqualTo(401);
    }

    @Test
    @DisplayName("has nothing else there: no login, no issuer, no other server (AS-6, RS-5)")
    void nothingElse() {
        for (String path : List.of(
                "/",
                "/authorize",
                "/token",
                "/register",
                "/own/mcp",
                "/demo/mcp",
                "/.well-known/oauth-authorization-server",
                "/.well-known/oauth-authorization-server/mcp",
                "/.well-known/openid-configuration",
                "/.well-known/jwks.json",
                "/.well-known/oauth-protected-resource",
                "/.well-known/oauth-protected-resource/demo/mcp")) {
            assertThat(new Browser().get(origin + path).status()).as(path).isEqualTo(404);
        }
    }

    @Test
    @DisplayName("is not at the usual place as well: a server has one name (RS-3)")
    void oneName() {
        for (String path : List.of("/own/mcp", "/mcp", "/.well-known/oauth-protected-resource/own/mcp")) {
            assertThat(new Browser().get(world.url() + path).status()).as(path).isEqualTo(404);
        }
        assertThat(new Browser()
                        .get(world.url() + "/.well-known/oauth-authorization-server")
                        .json()
                        .getJsonArray("protected_resources"))
                .contains(origin + "/mcp", world.mcpUrl());
    }
}
