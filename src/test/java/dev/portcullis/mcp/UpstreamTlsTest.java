package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.StubUpstream;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SelfSignedCertificate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** TLS between the gateway and an upstream, and HTTP/2. */
@DisplayName("On the way to an upstream")
class UpstreamTlsTest {
    private static SelfSignedCertificate localhost;
    private static SelfSignedCertificate internal;
    private static SelfSignedCertificate gateway;

    private final List<AutoCloseable> closing = new ArrayList<>();

    @BeforeAll
    static void makeCertificates() {
        localhost = SelfSignedCertificate.create("localhost");
        internal = SelfSignedCertificate.create("upstream.internal");
        gateway = SelfSignedCertificate.create("gateway");
    }

    @AfterAll
    static void deleteCertificates() {
        List.of(localhost, internal, gateway).forEach(SelfSignedCertificate::delete);
    }

    @AfterEach
    void close() throws Exception {
        for (int i = closing.size() - 1; i >= 0; i--) {
            closing.get(i).close();
        }
    }

    @Test
    @DisplayName("the server's certificate must be trusted (GW-3)")
    void trust() {
        StubUpstream server = server(secure(localhost));
        assertThat(call(server, demo -> {}).status()).isEqualTo(502);
        assertThat(call(server, tls("ca", gateway.certificatePath())).status()).isEqualTo(502);
        assertThat(server.calls()).isZero();
        assertThat(call(server, tls("ca", localhost.certificatePath())).status())
                .isEqualTo(200);
    }

    @Test
    @DisplayName("the server's certificate must be for the host of its URL, or for serverName (GW-3)")
    void names() {
        StubUpstream server = server(secure(internal));
        assertThat(call(server, tls("ca", internal.certificatePath())).status()).isEqualTo(502);
        assertThat(server.calls()).isZero();
        Answer answer = call(server, tls("ca", internal.certificatePath(), "serverName", "upstream.internal"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().getString("host")).isEqualTo("localhost:" + server.port());
    }

    @Test
    @DisplayName("the gateway shows a certificate of its own where it has one (GW-2)")
    void mutual() {
        StubUpstream server =
                server(secure(localhost).setClientAuth(ClientAuth.REQUIRED).setTrustOptions(gateway.trustOptions()));
        assertThat(call(server, tls("ca", localhost.certificatePath())).status())
                .isEqualTo(502);
        assertThat(server.calls()).isZero();
        assertThat(call(
                                server,
                                tls(
                                        "ca",
                                        localhost.certificatePath(),
                                        "certificate",
                                        gateway.certificatePath(),
                                        "key",
                                        gateway.privateKeyPath()))
                        .status())
                .isEqualTo(200);
    }

    @Test
    @DisplayName("HTTP/1.1 is spoken, and HTTP/2 where that is wanted, with and without TLS")
    void versions() {
        StubUpstream plain = server(new HttpServerOptions().setHost("localhost").setPort(0));
        StubUpstream secure = server(secure(localhost).setUseAlpn(true));
        Consumer<JsonObject> trusting = tls("ca", localhost.certificatePath());
        Consumer<JsonObject> http2 = demo -> demo.put("http2", true);
        assertThat(version(call(plain, demo -> {}))).isEqualTo("HTTP_1_1");
        assertThat(version(call(secure, trusting))).isEqualTo("HTTP_1_1");
        assertThat(version(call(plain, http2))).isEqualTo("HTTP_2");
        assertThat(version(call(secure, trusting.andThen(http2)))).isEqualTo("HTTP_2");
    }

    @Test
    @DisplayName("more HTTP/2 streams than one connection takes open another, and calls go on beside them")
    void manyStreams() {
        StubUpstream server =
                server(new HttpServerOptions().setHost("localhost").setPort(0));
        World world = world(
                server,
                demo -> demo.put("http2", true)
                        .put("limits", new JsonObject().put("openPerUser", 0).put("streamsPerUser", 0)));
        TestClient client = TestClient.register(world);
        String token = client.redeem(world.url(), client.code()).json().getString("access_token");
        for (int i = 0; i < 150; i++) {
            RawConnection stream = RawConnection.to(world.url());
            closing.add(stream);
            stream.write("GET /demo/mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token + "\r\n\r\n");
            assertThat(stream.readHead().status()).isEqualTo(200);
            assertThat(stream.readChunk()).isEqualTo("data: stub\n\n");
        }
        assertThat(server.open()).isEqualTo(150);
        assertThat(post(world, client, token).status()).isEqualTo(200);
    }

    private static String version(Answer answer) {
        return answer.json().getString("version");
    }

    private static HttpServerOptions secure(SelfSignedCertificate certificate) {
        return new HttpServerOptions()
                .setHost("localhost")
                .setPort(0)
                .setSsl(true)
                .setUseAlpn(false)
                .setKeyCertOptions(certificate.keyCertOptions());
    }

    private static Consumer<JsonObject> tls(String... pairs) {
        JsonObject tls = new JsonObject();
        for (int i = 0; i < pairs.length; i += 2) {
            tls.put(pairs[i], pairs[i + 1]);
        }
        return demo -> demo.put("tls", tls);
    }

    private StubUpstream server(HttpServerOptions options) {
        StubUpstream server = new StubUpstream("stub", options);
        closing.add(server);
        return server;
    }

    private World world(StubUpstream server, Consumer<JsonObject> change) {
        World world = World.start(configuration -> {
            JsonObject demo = configuration.getJsonObject("upstreams").getJsonObject("demo");
            change.accept(demo.put("url", server.url()));
        });
        closing.add(world);
        return world;
    }

    private Answer call(StubUpstream server, Consumer<JsonObject> change) {
        World world = world(server, change);
        TestClient client = TestClient.register(world);
        return post(
                world, client, client.redeem(world.url(), client.code()).json().getString("access_token"));
    }

    private static Answer post(World world, TestClient client, String token) {
        return client.browser().postJson(world.mcpUrl(), "{}", "Authorization", "Bearer " + token);
    }
}
