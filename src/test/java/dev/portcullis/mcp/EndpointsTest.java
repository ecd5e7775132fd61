package dev.portcullis.mcp;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.FakeDns;
import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.RawUpstream;
import dev.portcullis.testkit.StubUpstream;
import dev.portcullis.testkit.StubUpstream.Mood;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** One upstream at several endpoints. */
@DisplayName("Of several endpoints")
class EndpointsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final List<AutoCloseable> closing = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (int i = closing.size() - 1; i >= 0; i--) {
            closing.get(i).close();
        }
    }

    @Test
    @DisplayName("all get their share of requests without a session (TR-15)")
    void spread() {
        StubUpstream[] stubs = {stub("a"), stub("b"), stub("c")};
        Caller caller = caller(endpoints(stubs[0].url(), stubs[1].url(), stubs[2].url()));
        Map<String, Long> servers = Stream.generate(() -> caller.call().server())
                .limit(90)
                .collect(groupingBy(server -> server, counting()));
        assertThat(servers)
                .containsOnlyKeys("a", "b", "c")
                .allSatisfy((server, count) -> assertThat(count).isGreaterThan(9));
    }

    @Test
    @DisplayName("the one with less under way is preferred")
    void lessBusy() {
        StubUpstream busy = stub("busy");
        StubUpstream free = stub("free");
        Caller caller = caller(endpoints(busy.url(), free.url()));
        busy.mood(Mood.SILENT);
        RawConnection[] stuck = new RawConnection[20];
        for (int i = 0; busy.open() == 0; i++) {
            stuck[i] = caller.send();
            await().pollDelay(Duration.ofMillis(20)).until(() -> busy.open() + free.calls() > 0);
        }
        for (int i = 0; i < 20; i++) {
            assertThat(caller.call().server()).isEqualTo("free");
        }
    }

    @Test
    @DisplayName("another one is tried where no connection comes about, since nothing was sent (GW-20)")
    void connectFailuresGoElsewhere() {
        RawUpstream gone = closing(new RawUpstream());
        String nobody = gone.url();
        gone.close();
        Caller caller = caller(endpoints(nobody, stub("there").url()));
        for (int i = 0; i < 20; i++) {
            assertThat(caller.call().server()).isEqualTo("there");
        }
    }

    @Test
    @DisplayName("no other one gets a POST that may have reached the first (GW-20)")
    void nothingIsSentTwice() {
        StubUpstream first = stub("first");
        StubUpstream second = stub("second");
        Caller caller = caller(endpoints(first.url(), second.url()));
        first.mood(Mood.BROKEN);
        second.mood(Mood.BROKEN);
        for (int i = 1; i <= 10; i++) {
            assertThat(caller.call().status()).isEqualTo(502);
            assertThat(first.calls() + second.calls()).isEqualTo(i);
        }
    }

    @Test
    @DisplayName("those that fail again and again are passed over, and tried again later")
    void failingOnesArePassedOver() {
        for (Mood mood : new Mood[] {Mood.BROKEN, Mood.OVERLOADED, Mood.SILENT}) {
            StubUpstream ill = stub("ill");
            StubUpstream well = stub("well");
            Caller caller = caller(endpoints(ill.url(), well.url())
                    .andThen(demo -> demo.put("responseTimeout", "100ms")
                            .put(
                                    "health",
                                    new JsonObject()
                                            .put("failures", 2)
                                            .put("eject", "1s")
                                            .put("maxEject", "1s"))));
            ill.mood(mood);
            await().atMost(PATIENCE).until(() -> {
                caller.call();
                return ill.calls() == 2;
            });
            for (int i = 0; i < 10; i++) {
                assertThat(caller.call().server()).isEqualTo("well");
            }
            // Half open: one request finds out, at its own cost, that nothing is better.
            await().atMost(PATIENCE).until(() -> caller.call().status() >= 500);
            assertThat(ill.calls()).isEqualTo(3);
            for (int i = 0; i < 10; i++) {
                assertThat(caller.call().server()).isEqualTo("well");
            }
            ill.mood(Mood.WELL);
            await().atMost(PATIENCE).until(() -> caller.call().server().equals("ill"));
        }
    }

    @Test
    @DisplayName("where all fail, all are tried: somebody has to find out that they are back")
    void allFailing() {
        StubUpstream only = stub("only");
        Caller caller = caller(endpoints(only.url(), "http://localhost:1/mcp")
                .andThen(demo -> demo.put(
                        "health",
                        new JsonObject().put("failures", 1).put("eject", "1h").put("maxEject", "1h"))));
        only.mood(Mood.BROKEN);
        for (int i = 0; i < 5; i++) {
            assertThat(caller.call().status()).isEqualTo(502);
        }
        only.mood(Mood.WELL);
        await().atMost(PATIENCE).until(() -> caller.call().status() == 200);
        assertThat(caller.call().server()).isEqualTo("only");
    }

    @Test
    @DisplayName("behind one name, new addresses join and gone ones get nothing new, but keep their streams")
    void namesAreLookedUpAgain() {
        FakeDns dns = closing(new FakeDns("127.0.0.2"));
        StubUpstream first = closing(new StubUpstream(
                "first", new HttpServerOptions().setHost("127.0.0.2").setPort(0)));
        StubUpstream second = closing(new StubUpstream(
                "second", new HttpServerOptions().setHost("127.0.0.3").setPort(first.port())));
        World world = closing(World.startWithDns(
                dns,
                configuration -> configuration
                        .getJsonObject("upstreams")
                        .getJsonObject("demo")
                        .put("url", "http://replicas.test:" + first.port() + "/mcp")
                        .put("resolve", "100ms")));
        Caller caller = new Caller(world);
        Said said = caller.call();
        assertThat(said.server()).isEqualTo("first");
        assertThat(said.json().getString("host")).isEqualTo("replicas.test:" + first.port());

        dns.answer("127.0.0.2", "127.0.0.3");
        await().atMost(PATIENCE).until(() -> caller.call().server().equals("second"));

        dns.answer("127.0.0.2");
        RawConnection stream = closing(RawConnection.to(world.url()));
        // Twenty in a row are no chance.
        await().atMost(PATIENCE)
                .until(() ->
                        Stream.generate(() -> caller.call().server()).limit(20).allMatch("first"::equals));
        stream.write(caller.head("GET", "Accept: text/event-stream") + "\r\n").readHead();
        assertThat(stream.readChunk()).isEqualTo("data: first\n\n");

        dns.answer("127.0.0.3");
        await().atMost(PATIENCE).until(() -> caller.call().server().equals("second"));
        for (int i = 0; i < 10; i++) {
            assertThat(caller.call().server()).isEqualTo("second");
        }
        assertThat(stream.isSilentFor(Duration.ofMillis(300))).isTrue();
        assertThat(first.open()).isEqualTo(1);

        dns.answer();
        assertThat(stream.isSilentFor(Duration.ofMillis(300))).isTrue();
        assertThat(caller.call().server()).isEqualTo("second");
    }

    @Test
    @DisplayName("a name that nobody knows is answered 502, and works when it is known")
    void unknownNames() {
        FakeDns dns = closing(new FakeDns());
        StubUpstream stub = stub("late");
        World world = closing(World.startWithDns(
                dns,
                configuration -> configuration
                        .getJsonObject("upstreams")
                        .getJsonObject("demo")
                        .put("url", "http://late.test:" + stub.port() + "/mcp")
                        .put("resolve", "100ms")));
        Caller caller = new Caller(world);
        assertThat(caller.call().status()).isEqualTo(502);
        dns.answer("127.0.0.1");
        await().atMost(PATIENCE).until(() -> caller.call().status() == 200);
    }

    private static Consumer<JsonObject> endpoints(String... urls) {
        return demo -> {
            demo.remove("url");
            demo.put("endpoints", new JsonArray(List.of(urls)));
        };
    }

    private Caller caller(Consumer<JsonObject> change) {
        return new Caller(closing(World.start(configuration ->
                change.accept(configuration.getJsonObject("upstreams").getJsonObject("demo")))));
    }

    private StubUpstream stub(String name) {
        return closing(new StubUpstream(name));
    }

    private <T extends AutoCloseable> T closing(T part) {
        closing.add(part);
        return part;
    }

    /** What a call was answered. */
    private record Said(int status, String body) {
        String server() {
            return status == 200 ? json().getString("server") : "status " + status;
        }

        JsonObject json() {
            return new JsonObject(body);
        }
    }

    /** A client with a token. */
    private static final class Caller {
        private final World world;
        private final TestClient client;
        private final String token;

        Caller(World world) {
            this.world = world;
            this.client = TestClient.register(world);
            this.token = client.redeem(world.url(), client.code()).json().getString("access_token");
        }

        Said call() {
            Answer answer = client.browser().postJson(world.mcpUrl(), "{}", "Authorization", "Bearer " + token);
            return new Said(answer.status(), answer.body());
        }

        /** A call whose answer nobody waits for. */
        RawConnection send() {
            return RawConnection.to(world.url())
                    .write(head("POST", "Content-Type: application/json", "Content-Length: 2") + "\r\n{}");
        }

        String head(String method, String... headers) {
            return method + " /demo/mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token + "\r\n"
                    + String.join("\r\n", headers) + "\r\n";
        }
    }
}
