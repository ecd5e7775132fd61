package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.DocumentHost;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a person approved is the client as its document was then, and no other client. */
class ClientDocumentConsentTest {
    private static final String CALLBACK = "https://app.example/cb";

    private static World world;
    private static DocumentHost site;

    @BeforeAll
    static void start() {
        site = DocumentHost.start();
        world = World.start(yaml -> yaml.put("clientDocuments", new JsonObject().put("loopback", true)));
    }

    @AfterAll
    static void stop() {
        world.close();
        site.close();
    }

    private static JsonObject document(String path) {
        return new JsonObject()
                .put("client_id", site.url(path))
                .put("client_name", "Good Client")
                .put("client_uri", "https://app.example/")
                .put("redirect_uris", new JsonArray().add(CALLBACK))
                .put("token_endpoint_auth_method", "none");
    }

    /** Asked for anew each time. */
    private static void publish(String path, JsonObject document) {
        site.serve(path, document, "Cache-Control", "no-store");
    }

    private static TestClient client(String path) {
        return TestClient.known(world, site.url(path), "", CALLBACK);
    }

    @Test
    @DisplayName("CR-20: a document that says something else under the same id asks the person again")
    void aChangedDocumentIsAskedForAgain() {
        JsonObject approved = document("/changing.json");
        publish("/changing.json", approved);
        TestClient client = client("/changing.json");
        assertThat(client.code()).isNotEmpty();
        assertThat(client.authorize(world.url()).status()).isEqualTo(303);
        for (JsonObject change : new JsonObject[] {
            new JsonObject().put("client_name", "Another Client"),
            new JsonObject().put("scope", "mcp:demo"),
            new JsonObject().put("redirect_uris", new JsonArray().add(CALLBACK).add("https://app.example/other")),
            new JsonObject()
                    .put("token_endpoint_auth_method", "private_key_jwt")
                    .put("jwks", keys())
        }) {
            publish("/changing.json", approved.copy().mergeIn(change));
            Answer page = client.authorize(world.url());
            assertThat(page.status()).as(change.encode()).isEqualTo(200);
            assertThat(page.body()).contains("Allow and sign in");
        }
        publish("/changing.json", approved);
        assertThat(client.authorize(world.url()).status()).isEqualTo(303);
    }

    @Test
    @DisplayName("CR-20: so do other keys of the same client")
    void otherKeysAreAskedForAgain() {
        JsonObject approved = document("/keys.json")
                .put("token_endpoint_auth_method", "private_key_jwt")
                .put("jwks", keys());
        publish("/keys.json", approved);
        TestClient client = client("/keys.json");
        assertThat(client.code()).isNotEmpty();
        assertThat(client.authorize(world.url()).status()).isEqualTo(303);
        publish("/keys.json", approved.copy().put("jwks", keys()));
        assertThat(client.authorize(world.url()).status()).isEqualTo(200);
        publish(
                "/keys.json",
                approved.copy().put("jwks_uri", site.url("/jwks.json")).putNull("jwks"));
        assertThat(client.authorize(world.url()).status()).isEqualTo(200);
    }

    @Test
    @DisplayName(
            "IDP-1, IDP-2: a client with a document of its own gets nothing from what the person approved for another (confused deputy)")
    void anApprovalServesNoOtherDocument() {
        publish("/good.json", document("/good.json"));
        TestClient good = client("/good.json");
        assertThat(good.code()).isNotEmpty();
        // The person is signed in at Cognito, and would not be asked there.
        assertThat(good.signIn(good.authorize(world.url())).location().toString())
                .startsWith(world.url() + "/callback");

        JsonObject evil = document("/evil.json").put("redirect_uris", new JsonArray().add("https://evil.example/cb"));
        publish("/evil.json", evil);
        assertAsked(good, site.url("/evil.json"), "https://evil.example/cb", "evil.example");
        // The same, beside the redirect URI that was approved for the other.
        publish(
                "/evil.json",
                evil.copy()
                        .put(
                                "redirect_uris",
                                new JsonArray().add("https://evil.example/cb").add(CALLBACK)));
        assertAsked(good, site.url("/evil.json"), CALLBACK, "Good Client");
        // The other's id, in a document elsewhere; and its id with a redirect URI that is not its own.
        publish("/evil.json", evil.copy().put("client_id", site.url("/good.json")));
        assertRefused(good, site.url("/evil.json"), "https://evil.example/cb");
        assertRefused(good, site.url("/good.json"), "https://evil.example/cb");
    }

    private static void assertAsked(TestClient person, String clientId, String redirectUri, String shown) {
        Answer page = authorize(person, clientId, redirectUri);
        assertThat(page.status()).as(page.body()).isEqualTo(200);
        assertThat(page.header("Location")).isEmpty();
        assertThat(page.body()).contains("Allow and sign in", shown);
    }

    private static void assertRefused(TestClient person, String clientId, String redirectUri) {
        Answer page = authorize(person, clientId, redirectUri);
        assertThat(page.status()).isEqualTo(400);
        assertThat(page.header("Location")).isEmpty();
        assertThat(page.body()).doesNotContain("Allow and sign in");
    }

    private static Answer authorize(TestClient person, String clientId, String redirectUri) {
        return person.browser()
                .get(world.url() + "/authorize?"
                        + Form.encode(
                                "client_id",
                                clientId,
                                "redirect_uri",
                                redirectUri,
                                "response_type",
                                "code",
                                "code_challenge",
                                "x".repeat(43),
                                "code_challenge_method",
                                "S256",
                                "resource",
                                world.mcpUrl()));
    }

    private static JsonObject keys() {
        try {
            return new JsonObject(
                    new JWKSet(new ECKeyGenerator(Curve.P_256).keyID("k").generate()).toString(true));
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }
}
