package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.dev.cognito.Call;
import dev.portcullis.dev.cognito.Fault;
import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.RawConnection.Head;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Refusals of ours for having too much; never 400, 404 or 405, which mean something else to MCP clients. */
@DisplayName("Too much (GW-18)")
class LimitsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @Test
    @DisplayName("of a body is 413, told in advance or found out under way")
    void bodies() {
        try (Wire wire = limited("maxBody", "1KiB")) {
            try (RawConnection client = wire.connect().write(wire.post("x".repeat(1025)))) {
                Head head = client.readHead();
                assertThat(head.status()).isEqualTo(413);
                client.readBody(head);
                client.write(wire.head("POST", "Transfer-Encoding: chunked") + "\r\n")
                        .writeChunk("x".repeat(1000))
                        .writeChunk("x".repeat(25));
                assertThat(client.readHead().status()).isEqualTo(413);
                client.awaitEnd();
                RawConnection upstream = wire.upstream().accept();
                assertThat(upstream.readToEnd()).doesNotContain("\r\n0\r\n");
            }
            assertThat(accepted(wire, "x".repeat(1024))).isEqualTo(202);
        }
    }

    @Test
    @DisplayName("of a body breaks an answer off that has begun already")
    void bodiesOfEarlyAnswers() {
        try (Wire wire = limited("maxBody", "1KiB");
                RawConnection client = wire.connect()
                        .write(wire.head("POST", "Transfer-Encoding: chunked") + "\r\n")
                        .writeChunk("x".repeat(1000))) {
            RawConnection upstream = wire.upstream().accept();
            upstream.readHead();
            upstream.write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .writeChunk("early");
            assertThat(client.readHead().status()).isEqualTo(200);
            assertThat(client.readChunk()).isEqualTo("early");
            client.writeChunk("x".repeat(25));
            assertThat(client.readToEnd()).isEmpty();
            upstream.awaitEnd();
        }
    }

    @Test
    @DisplayName("of headers is 431, of the request line 414 (GW-8)")
    void headers() {
        try (Wire wire = new Wire()) {
            try (RawConnection client = wire.connect().write(wire.post("{}", "X-Large: " + "x".repeat(33_000)))) {
                assertThat(client.readHead().status()).isEqualTo(431);
            }
            try (RawConnection client =
                    wire.connect().write(wire.post("{}").replace("/mcp ", "/mcp?" + "x".repeat(17_000) + " "))) {
                assertThat(client.readHead().status()).isEqualTo(414);
            }
        }
    }

    @Test
    @DisplayName("at a time of one user is 429, and passes when an exchange ends, however it does")
    void openExchangesOfAUser() {
        try (Wire wire = limited("openPerUser", 2)) {
            for (Runnable end : endings(wire)) {
                RawConnection first = stream(wire);
                RawConnection second = stream(wire);
                assertThat(refused(wire, "Retry-After")).isEqualTo(429);
                first.close();
                end.run();
                await().atMost(PATIENCE).until(() -> accepted(wire, "{}") == 202);
                second.close();
                await().atMost(PATIENCE).until(() -> accepted(wire, "{}") == 202);
            }
        }
    }

    @Test
    @DisplayName("at a time of one user passes, too, when a client leaves while its token is looked at")
    void openExchangesOfThoseWhoLeaveEarly() throws Exception {
        try (World world = World.start(2, configuration -> {
            configuration.getJsonObject("cognito").put("jwksCooldown", "100ms").put("timeout", "5s");
            configuration.put("refresh", new JsonObject().put("lease", "10s"));
            configuration
                    .getJsonObject("upstreams")
                    .getJsonObject("demo")
                    .put("limits", new JsonObject().put("openPerUser", 1));
        })) {
            world.cognito().addKeys().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
            world.cognito().signWithNewKeys();
            TestClient client = TestClient.register(world);
            String token = client.redeem(world.gateway(0), client.code()).json().getString("access_token");
            // The other gateway has not seen the new keys, and has to ask for them.
            world.cognito().faults().on(Call.JWKS, new Fault.Slow(Duration.ofMillis(1500)), 1);
            long asked = world.cognito().calls().jwksFetches();
            // It does not ask at once again after its start; until then the token is refused.
            await().atMost(PATIENCE).until(() -> {
                try (RawConnection leaving = RawConnection.to(world.gateway(1))) {
                    leaving.write(
                            "GET /demo/mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token + "\r\n\r\n");
                    return leaving.isSilentFor(Duration.ofMillis(300))
                            && world.cognito().calls().jwksFetches() > asked;
                }
            });
            String mcp = world.gateway(1) + "/demo/mcp";
            assertThat(client.echo(mcp, token, "waits for the keys as well").status())
                    .isIn(200, 429);
            await().atMost(PATIENCE).until(() -> client.echo(mcp, token, "hi").status() == 200);
        }
    }

    @Test
    @DisplayName("at a time of all users is 503")
    void openExchangesOfAll() {
        try (Wire wire = limited("open", 1)) {
            RawConnection stream = stream(wire);
            assertThat(refused(wire, "Retry-After")).isEqualTo(503);
            stream.close();
            await().atMost(PATIENCE).until(() -> accepted(wire, "{}") == 202);
        }
    }

    @Test
    @DisplayName("in a short time is 429 with Retry-After, of one user and of all")
    void rates() {
        for (String[] limit : new String[][] {{"ratePerUser", "burstPerUser"}, {"rate", "burst"}}) {
            try (Wire wire = new Wire(upstream ->
                    upstream.put("limits", new JsonObject().put(limit[0], 1).put(limit[1], 3)))) {
                for (int i = 0; i < 3; i++) {
                    assertThat(accepted(wire, "{}")).isEqualTo(202);
                }
                assertThat(refused(wire, "Retry-After")).isEqualTo(429);
                await().atMost(PATIENCE).until(() -> accepted(wire, "{}") == 202);
            }
        }
    }

    @Test
    @DisplayName("waiting for a connection to the upstream is 503 with Retry-After")
    void theQueue() {
        try (Wire wire = new Wire(upstream -> upstream.put("maxConnections", 1).put("maxWaiting", 1))) {
            RawConnection running = wire.connect().write(wire.post("{}"));
            wire.upstream().accept().readHead();
            RawConnection waiting = wire.connect().write(wire.post("{}"));
            assertThat(waiting.isSilentFor(Duration.ofMillis(200))).isTrue();
            assertThat(refused(wire, "Retry-After")).isEqualTo(503);
            waiting.close();
            running.close();
        }
    }

    private static Runnable[] endings(Wire wire) {
        return new Runnable[] {() -> {}, () -> wire.upstream().forget()};
    }

    private static Wire limited(String limit, Object value) {
        return new Wire(upstream -> upstream.put("limits", new JsonObject().put(limit, value)));
    }

    /** A client with an open stream. */
    private static RawConnection stream(Wire wire) {
        RawConnection client = wire.connect().write(wire.head("GET", "Accept: text/event-stream") + "\r\n");
        RawConnection upstream = wire.upstream().accept();
        upstream.readHead();
        upstream.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        client.readHead();
        return client;
    }

    private static int refused(Wire wire, String header) {
        try (RawConnection client = wire.connect().write(wire.post("{}"))) {
            Head head = client.readHead();
            assertThat(head.header(header.toLowerCase(java.util.Locale.ROOT))).matches("[1-9]\\d*");
            return head.status();
        }
    }

    private static int accepted(Wire wire, String body) {
        try (RawConnection client = wire.connect().write(wire.post(body))) {
            return wire.upstream()
                    .accept(Duration.ofMillis(300))
                    .map(upstream -> {
                        upstream.readBody(upstream.readHead());
                        upstream.write("HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
                        return client.readHead().status();
                    })
                    .orElseGet(() -> client.readHead().status());
        }
    }
}
