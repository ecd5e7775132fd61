package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.dev.cognito.PoolUser;
import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.StubUpstream;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Two gateways in front of two replicas of a server that keeps sessions in its memory. */
@DisplayName("A legacy session")
class SessionTest {
    private static final String HEADER = "Mcp-Session-Id";

    private static StubUpstream first;
    private static StubUpstream second;
    private static World world;
    private static TestClient client;
    private static String token;

    @BeforeAll
    static void start() {
        first = new StubUpstream("first");
        second = new StubUpstream("second");
        world = World.start(2, configuration -> {
            JsonObject upstreams = configuration.getJsonObject("upstreams");
            JsonArray endpoints = new JsonArray(List.of(first.url(), second.url()));
            upstreams.put("demo", new JsonObject().put("endpoints", endpoints));
            upstreams.put(
                    "other",
                    new JsonObject().put("endpoints", endpoints).put("scopes", new JsonArray().add("mcp:demo")));
        });
        client = TestClient.register(world);
        token = token(client);
    }

    @AfterAll
    static void stop() {
        world.close();
        first.close();
        second.close();
    }

    @Test
    @DisplayName("stays with the replica of the upstream where it began, through every gateway (TR-16)")
    void affinity() {
        for (int i = 0; i < 10; i++) {
            Answer begun = call(0);
            String server = begun.json().getString("server");
            String session = begun.header(HEADER).orElseThrow();
            for (int gateway = 0; gateway < 2; gateway++) {
                Answer next = call(gateway, HEADER, session);
                assertThat(next.json().getString("server")).isEqualTo(server);
                assertThat(next.header(HEADER)).contains(session);
            }
        }
        assertThat(first.sessions()).isNotEmpty();
        assertThat(second.sessions()).isNotEmpty();
    }

    @Test
    @DisplayName("has an id for clients that does not tell the upstream's (TR-18)")
    void sealed() {
        Answer begun = call(0);
        String session = begun.header(HEADER).orElseThrow();
        assertThat(session)
                .matches("[\\x21-\\x7E]+")
                .doesNotContain(begun.json().getString("server"));
        String known = begun.json().getString("server").equals("first")
                ? first.sessions().iterator().next()
                : second.sessions().iterator().next();
        assertThat(call(0, HEADER, known).status()).isEqualTo(404);
    }

    @Test
    @DisplayName(
            "belongs to one user, one client and one server: to all others it is 404, and the upstream hears nothing (TR-17, TR-18)")
    void owners() throws Exception {
        String session = call(0).header(HEADER).orElseThrow();
        String otherClients = token(TestClient.register(world));
        TestClient strangers = TestClient.withId(world, client.id());
        String own = rename("somebody-else");
        String otherUsers;
        try {
            otherUsers = token(strangers);
        } finally {
            rename(own);
        }
        int calls = first.calls() + second.calls();
        assertThat(post(world.mcpUrl(), otherClients, HEADER, session).status()).isEqualTo(404);
        assertThat(post(world.mcpUrl(), otherUsers, HEADER, session).status()).isEqualTo(404);
        for (String made : List.of("", "x", "a.b", session + "A", session.substring(1), "first-1")) {
            assertThat(call(0, HEADER, made).status()).as("session %s", made).isEqualTo(404);
        }
        assertThat(call(0, HEADER, session, HEADER, session).status()).isEqualTo(404);
        assertThat(first.calls() + second.calls()).isEqualTo(calls);
        assertThat(call(0, HEADER, session).status()).isEqualTo(200);
    }

    @Test
    @DisplayName("is no login: without a token it is 401 (TR-6)")
    void noLogin() {
        String session = call(0).header(HEADER).orElseThrow();
        assertThat(new Browser().postJson(world.mcpUrl(), "{}", HEADER, session).status())
                .isEqualTo(401);
    }

    @Test
    @DisplayName("is resumed from its last event through any gateway, at the replica where it lives (TR-22)")
    void resumption() {
        for (int i = 0; i < 6; i++) {
            Answer begun = call(0);
            StubUpstream home = begun.json().getString("server").equals("first") ? first : second;
            String gateway = world.gateway(i);
            try (RawConnection stream = RawConnection.to(gateway)
                    .write("GET /demo/mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
                            + "\r\nAccept: text/event-stream\r\nLast-Event-ID: event-" + i + "\r\n" + HEADER + ": "
                            + begun.header(HEADER).orElseThrow() + "\r\n\r\n")) {
                assertThat(stream.readHead().status()).isEqualTo(200);
                assertThat(stream.readChunk()).isEqualTo("data: " + home.name() + "\n\n");
                assertThat(home.seen().get(home.seen().size() - 1).get("Last-Event-ID"))
                        .isEqualTo("event-" + i);
            }
        }
    }

    @Test
    @DisplayName("ends with DELETE at its replica, and what the upstream says of ended ones reaches the client (TR-16)")
    void deletion() {
        String session = call(0).header(HEADER).orElseThrow();
        HttpRequest.Builder delete = HttpRequest.newBuilder(URI.create(world.gateway(1) + "/demo/mcp"))
                .DELETE();
        assertThat(client.browser()
                        .send(delete, "Authorization", "Bearer " + token, HEADER, session)
                        .status())
                .isEqualTo(204);
        assertThat(call(0, HEADER, session).status()).isEqualTo(404);
    }

    @Test
    @DisplayName("does not exist in the modern era: ids are ignored, and none are minted (TR-7)")
    void modern() {
        for (String version : List.of("2026-07-28", "2027-01-31", "DRAFT-2028")) {
            for (String session : List.of("anything", call(0).header(HEADER).orElseThrow())) {
                int before = first.calls() + second.calls();
                Answer answer = call(0, "MCP-Protocol-Version", version, HEADER, session, "Last-Event-ID", "7");
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.header(HEADER)).isEmpty();
                assertThat(first.calls() + second.calls()).isEqualTo(before + 1);
                StubUpstream asked = answer.json().getString("server").equals("first") ? first : second;
                assertThat(asked.seen().get(asked.seen().size() - 1).names())
                        .extracting(name -> name.toLowerCase(Locale.ROOT))
                        .doesNotContain("mcp-session-id", "last-event-id");
            }
        }
    }

    @Test
    @DisplayName("whose replica is gone is 404, so that the client begins a new one (TR-17)")
    void replicaGone() {
        StubUpstream going = new StubUpstream("going");
        int management = Ports.free();
        try (World small = World.start(configuration -> {
            configuration.getJsonObject("management").put("port", management);
            configuration
                    .getJsonObject("upstreams")
                    .getJsonObject("demo")
                    .putNull("url")
                    .put("endpoints", new JsonArray(List.of(going.url(), first.url())));
        })) {
            TestClient here = TestClient.register(small);
            String good = here.redeem(small.url(), here.code()).json().getString("access_token");
            Optional<String> session = Optional.empty();
            while (session.isEmpty()) {
                Answer begun = post(small.mcpUrl(), good);
                session = begun.header(HEADER)
                        .filter(id -> begun.json().getString("server").equals("going"));
            }
            going.close();
            assertThat(lostSessions(management)).isEqualTo("0.0");
            assertThat(post(small.mcpUrl(), good, HEADER, session.get()).status())
                    .isEqualTo(404);
            assertThat(lostSessions(management)).isEqualTo("1.0");
            Answer anew = post(small.mcpUrl(), good);
            assertThat(anew.json().getString("server")).isEqualTo("first");
        }
    }

    private static String lostSessions(int management) {
        String sample = "portcullis_upstream_failures_total{reason=\"session_lost\",upstream=\"demo\"} ";
        return new Browser()
                .get("http://localhost:" + management + "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(sample))
                .map(line -> line.substring(sample.length()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    @DisplayName("whose only replica is away is 502: it may still be there when that is back (GW-18)")
    void onlyReplicaAway() {
        StubUpstream only = new StubUpstream("only");
        try (World small = World.start(configuration ->
                configuration.getJsonObject("upstreams").getJsonObject("demo").put("url", only.url()))) {
            TestClient here = TestClient.register(small);
            String good = here.redeem(small.url(), here.code()).json().getString("access_token");
            String session = post(small.mcpUrl(), good).header(HEADER).orElseThrow();
            only.close();
            assertThat(post(small.mcpUrl(), good, HEADER, session).status()).isEqualTo(502);
        }
    }

    private static Answer call(int gateway, String... headers) {
        return post(world.gateway(gateway) + "/demo/mcp", token, headers);
    }

    private static Answer post(String url, String bearer, String... headers) {
        String[] all = new String[headers.length + 2];
        all[0] = "Authorization";
        all[1] = "Bearer " + bearer;
        System.arraycopy(headers, 0, all, 2, headers.length);
        return new Browser().postJson(url, "{}", all);
    }

    private static String token(TestClient whose) {
        return whose.redeem(world.url(), whose.code()).json().getString("access_token");
    }

    /** From now on the one login of this world belongs to another user; answers who it was. */
    private static String rename(String sub) throws Exception {
        String[] before = {""};
        world.cognito()
                .changeUser(World.USER, user -> {
                    before[0] = user.sub();
                    return new PoolUser(
                            sub, user.username(), user.password(), user.attributes(), user.groups(), user.enabled());
                })
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        return before[0];
    }
}
