package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.audit.ClientReference;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.DocumentHost;
import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.StubUpstream;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Clients that are switched off, and on again, by the file of a gateway that runs. */
class DeniedClientsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String SECRET = "a secret of 32 characters, or so";

    private static StubUpstream upstream;
    private static DocumentHost site;
    private static World world;

    @BeforeAll
    static void start() {
        upstream = new StubUpstream("upstream");
        site = DocumentHost.start();
        world = World.startProcesses(1, yaml -> {
            yaml.put("reload", "100ms");
            yaml.put("clientDocuments", new JsonObject().put("loopback", true));
            yaml.put(
                    "clients",
                    new JsonObject()
                            .put(
                                    "agent",
                                    new JsonObject()
                                            .put("name", "Agent")
                                            .put("secret", SECRET)
                                            .put("redirectUris", new JsonArray().add(TestClient.REDIRECT_URI))));
            yaml.getJsonObject("upstreams").getJsonObject("demo").put("url", upstream.url());
        });
    }

    @AfterAll
    static void stop() {
        world.close();
        site.close();
        upstream.close();
    }

    @Test
    @DisplayName("RS-6: a client of the configuration is switched off without a restart")
    void aPreRegisteredClient() {
        isSwitchedOffAndOn(TestClient.known(world, "agent", SECRET, TestClient.REDIRECT_URI), "agent");
    }

    @Test
    @DisplayName("RS-6: so is one that registered itself, by its id")
    void aRegisteredClient() {
        TestClient client = TestClient.register(world);
        isSwitchedOffAndOn(client, client.id());
    }

    @Test
    @DisplayName("RS-6: and by what the audit log calls it, which is all that an operator sees of it")
    void aRegisteredClientByItsDigest() {
        TestClient client = TestClient.register(world);
        assertThat(ClientReference.of(client.id())).startsWith("sha256:");
        isSwitchedOffAndOn(client, ClientReference.of(client.id()));
    }

    @Test
    @DisplayName("RS-6: so is one with a metadata document, by its address")
    void aDocumentedClient() {
        String id = site.url("/client.json");
        site.serve(
                "/client.json",
                new JsonObject()
                        .put("client_id", id)
                        .put("client_name", "Documented")
                        .put("redirect_uris", new JsonArray().add(TestClient.REDIRECT_URI))
                        .put(
                                "grant_types",
                                new JsonArray().add("authorization_code").add("refresh_token"))
                        .put("token_endpoint_auth_method", "none"));
        isSwitchedOffAndOn(TestClient.withId(world, id), id);
    }

    private static void isSwitchedOffAndOn(TestClient client, String entry) {
        TestClient bystander = TestClient.register(world);
        String other = bystander.accessToken();
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        String access = tokens.getString("access_token");
        String code = client.code();
        // Seen before, so that its verdict is remembered.
        assertThat(call(client, access).status()).isEqualTo(200);
        try (RawConnection stream = listen(access);
                RawConnection untouched = listen(other)) {
            deny(new JsonArray().add("somebody-else").add(entry));
            await().atMost(PATIENCE).until(() -> call(client, access).status() == 401);
            assertThat(call(client, access).header("WWW-Authenticate").orElseThrow())
                    .contains("error=\"invalid_token\"");
            stream.awaitEnd();
            assertThat(untouched.isSilentFor(Duration.ofMillis(300))).isTrue();
        }
        for (Answer refused : new Answer[] {
            client.refresh(world.url(), tokens.getString("refresh_token")), client.redeem(world.url(), code)
        }) {
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.json().getString("error")).isEqualTo("invalid_client");
        }
        Answer page = client.authorize(world.url());
        assertThat(page.status()).isEqualTo(400);
        assertThat(page.header("Location")).isEmpty();
        assertThat(page.body()).contains("blocked here");
        assertThat(call(bystander, other).status()).isEqualTo(200);

        deny(new JsonArray());
        await().atMost(PATIENCE).until(() -> call(client, access).status() == 200);
        // A line may be half written yet.
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> isInTheAuditLog(ClientReference.of(entry)));
        assertThat(client.refresh(world.url(), tokens.getString("refresh_token"))
                        .status())
                .isEqualTo(200);
    }

    /** Both changes, each with what was changed and nothing else. */
    private static void isInTheAuditLog(String reference) {
        List<JsonObject> changes = world.log(0)
                .lines()
                .filter(line -> line.contains("\"denied_clients\""))
                .map(JsonObject::new)
                .toList();
        assertThat(changes)
                .filteredOn(line -> mentions(line, "denied", reference))
                .hasSize(1);
        assertThat(changes)
                .filteredOn(line -> mentions(line, "allowed", reference))
                .hasSize(1);
    }

    private static boolean mentions(JsonObject line, String member, String reference) {
        List<String> clients = List.of(line.getString(member).split(" "));
        return clients.size() == 2 && clients.contains(reference) && clients.contains("somebody-else");
    }

    private static void deny(JsonArray entries) {
        world.reconfigure(yaml -> yaml.put("deniedClients", entries));
    }

    private static Answer call(TestClient client, String token) {
        return client.browser().postJson(world.mcpUrl(), "{}", "Authorization", "Bearer " + token);
    }

    private static RawConnection listen(String token) {
        RawConnection stream = RawConnection.to(world.url());
        stream.write("GET /demo/mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token + "\r\n\r\n");
        assertThat(stream.readHead().status()).isEqualTo(200);
        assertThat(stream.readChunk()).startsWith("data:");
        return stream;
    }
}
