package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.crypto.KeyRing;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.LogCapture;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.StubUpstream;
import dev.portcullis.testkit.World;
import dev.portcullis.token.ProbeTokens;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A probe")
class ProbeTest {
    private static final String PUBLIC = "http://localhost:1";
    private static final String RESOURCE = PUBLIC + "/demo/mcp";
    private static final KeyRing KEYS = KeyRing.generate(InstantSource.system());
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final StubUpstream UPSTREAM = new StubUpstream("behind");
    private static final int MANAGEMENT = Ports.free();
    private static World world;

    @BeforeAll
    static void start() {
        world = World.startBehind(PUBLIC, KEYS, yaml -> {
            yaml.getJsonObject("management").put("port", MANAGEMENT);
            yaml.getJsonObject("upstreams").put("demo", new JsonObject().put("url", UPSTREAM.url()));
        });
    }

    @AfterAll
    static void end() {
        world.close();
        UPSTREAM.close();
    }

    @Test
    @DisplayName("with the gateway's keys gets events of the gateway's own, and never reaches the upstream")
    void stream() throws Exception {
        HttpResponse<String> answer = send(probe(KEYS, Instant.now(), RESOURCE));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("text/event-stream");
        assertThat(answer.body().lines().filter(line -> line.startsWith("data:")))
                .hasSize(5);
        JsonObject view =
                new JsonObject(answer.body().lines().findFirst().orElseThrow().substring(5));
        assertThat(view.getString("peer")).isEqualTo("127.0.0.1");
        assertThat(view.getBoolean("trusted")).isFalse();
        assertThat(UPSTREAM.calls()).isZero();
    }

    @Test
    @DisplayName("is counted and written down like any other request, and when it is over it is over")
    void watched() throws Exception {
        try (LogCapture log = LogCapture.of("portcullis.access")) {
            assertThat(send(probe(KEYS, Instant.now(), RESOURCE)).statusCode()).isEqualTo(200);

            await().until(
                            () -> log.lines(line -> line.getInteger("status") == 200),
                            lines -> lines.size() == 1
                                    && lines.get(0).getString("upstream").equals("demo"));
        }
        String labels = "{route=\"/{name}/mcp\",upstream=\"demo\"}";
        await().untilAsserted(() -> assertThat(new Browser()
                        .get("http://localhost:" + MANAGEMENT + "/metrics")
                        .body())
                .contains("portcullis_http_open" + labels + " 0.0")
                .contains("portcullis_streams_open" + labels + " 0.0"));
    }

    @Test
    @DisplayName("made with other keys, for another resource or too long ago is no more than a request without a token")
    void refused() throws Exception {
        KeyRing others = KeyRing.generate(InstantSource.system());
        for (String authorization : List.of(
                probe(others, Instant.now(), RESOURCE),
                probe(KEYS, Instant.now(), PUBLIC + "/other/mcp"),
                probe(KEYS, Instant.now().minus(Duration.ofMinutes(11)), RESOURCE),
                ProbeTokens.SCHEME + " ",
                ProbeTokens.SCHEME + " a.b",
                ProbeTokens.SCHEME + " "
                        + new Sealer(KEYS, new SecureRandom()).seal("9999999999", "another purpose"))) {
            HttpResponse<String> answer = send(authorization);

            assertThat(answer.statusCode()).as(authorization).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow())
                    .startsWith("Bearer resource_metadata=");
        }
    }

    @Test
    @DisplayName("is no access token")
    void noAccess() throws Exception {
        String token = probe(KEYS, Instant.now(), RESOURCE).substring(ProbeTokens.SCHEME.length() + 1);

        HttpResponse<String> answer = send("Bearer " + token);

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow())
                .contains("invalid_token");
    }

    @Test
    @DisplayName("is one of a few at the same time, also after others left before their end")
    void bounded() throws Exception {
        String probe = probe(KEYS, Instant.now(), RESOURCE);
        for (int round = 0; round < 2; round++) {
            List<HttpResponse<InputStream>> open = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                open.add(CLIENT.send(request(probe), HttpResponse.BodyHandlers.ofInputStream()));
            }
            assertThat(open)
                    .allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(200));
            assertThat(send(probe).statusCode()).isEqualTo(401);
            for (HttpResponse<InputStream> answer : open) {
                answer.body().close();
            }
            await().until(() -> send(probe).statusCode() == 200);
        }
    }

    private static String probe(KeyRing keys, Instant at, String resource) {
        return ProbeTokens.SCHEME + " "
                + new ProbeTokens(new Sealer(keys, new SecureRandom()), () -> at).mint(resource);
    }

    private static HttpResponse<String> send(String authorization) throws IOException, InterruptedException {
        return CLIENT.send(request(authorization), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest request(String authorization) {
        return HttpRequest.newBuilder(URI.create(world.gateway(0) + "/demo/mcp"))
                .header("Authorization", authorization)
                .timeout(Duration.ofSeconds(10))
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build();
    }
}
