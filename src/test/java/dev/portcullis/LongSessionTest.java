package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.ConversingUpstream;
import dev.portcullis.testkit.RoundRobin;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The official Java client through two gateways, taken in turn, in front of two replicas of a server that keeps sessions. */
@DisplayName("The official Java client")
class LongSessionTest {
    private static final int TEN_MEGABYTES = 10 * 1024 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static ConversingUpstream first;
    private static ConversingUpstream second;
    private static World world;
    private static RoundRobin balancer;
    private static String token;

    @BeforeAll
    static void start() {
        first = new ConversingUpstream();
        second = new ConversingUpstream();
        world = World.start(
                2,
                configuration -> configuration
                        .getJsonObject("upstreams")
                        .put(
                                "demo",
                                new JsonObject()
                                        .put("endpoints", new JsonArray(List.of(first.url(), second.url())))
                                        .put("limits", new JsonObject().put("ratePerUser", 0))));
        balancer = new RoundRobin(world.gateway(0), world.gateway(1));
        token = TestClient.register(world).accessToken();
    }

    @AfterAll
    static void stop() {
        balancer.close();
        world.close();
        first.close();
        second.close();
    }

    @Test
    @DisplayName("holds long sessions without an error: calls, progress, notifications, sampling, elicitation, 10 MB"
            + " (TR-16, TR-17, TR-22, TR-24)")
    void longSessions() {
        for (int session = 0; session < 4; session++) {
            AtomicInteger announcements = new AtomicInteger();
            List<Double> progress = new CopyOnWriteArrayList<>();
            try (McpSyncClient client = client(announcements, progress)) {
                client.initialize();
                assertThat(client.listTools().tools()).hasSize(6);
                for (int round = 1; round <= 5; round++) {
                    round(client, round, announcements, progress);
                }
                assertThat(client.closeGracefully()).isTrue();
            }
        }
        await().atMost(PATIENCE).until(() -> first.sessions() + second.sessions() == 0);
    }

    private static void round(McpSyncClient client, int round, AtomicInteger announcements, List<Double> progress) {
        // Threads of our own: the client needs those that all share, to hear its answers.
        ExecutorService callers = Executors.newFixedThreadPool(20);
        List<String> counted = IntStream.range(0, 20)
                .mapToObj(call -> CompletableFuture.supplyAsync(() -> call(client, "count", Map.of()), callers))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();
        callers.shutdown();
        // One server, and its memory.
        assertThat(counted)
                .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(20 * round - 19, 20 * round)
                        .mapToObj(String::valueOf)
                        .toList());
        progress.clear();
        assertThat(call(client, "steps", Map.of())).isEqualTo("10 steps");
        await().atMost(PATIENCE).until(() -> progress.size() == 10);
        assertThat(call(client, "big", Map.of("bytes", TEN_MEGABYTES))).hasSize(TEN_MEGABYTES);
        assertThat(call(client, "sample", Map.of())).isEqualTo("Paris");
        assertThat(call(client, "elicit", Map.of())).isEqualTo("Robin");
        call(client, "announce", Map.of());
        await().atMost(PATIENCE).until(() -> announcements.get() == round);
    }

    private static String call(McpSyncClient client, String tool, Map<String, Object> arguments) {
        McpSchema.CallToolResult result = client.callTool(McpSchema.CallToolRequest.builder(tool)
                .arguments(arguments)
                .progressToken("a-token")
                .build());
        return ((McpSchema.TextContent) result.content().get(0)).text();
    }

    private static McpSyncClient client(AtomicInteger announcements, List<Double> progress) {
        return McpClient.sync(HttpClientStreamableHttpTransport.builder(balancer.url())
                        .endpoint("/demo/mcp")
                        .openConnectionOnStartup(true)
                        .maxResponseSize(2 * TEN_MEGABYTES)
                        .httpRequestCustomizer((request, method, uri, body, context) ->
                                request.header("Authorization", "Bearer " + token))
                        .build())
                .requestTimeout(PATIENCE)
                .capabilities(McpSchema.ClientCapabilities.builder()
                        .sampling()
                        .elicitation()
                        .build())
                .jsonSchemaValidator((schema, content) -> {
                    throw new AssertionError("no tool here has an output schema");
                })
                .sampling(
                        question -> McpSchema.CreateMessageResult.builder(McpSchema.Role.ASSISTANT, "Paris", "a-model")
                                .build())
                .elicitation(question ->
                        new McpSchema.ElicitResult(McpSchema.ElicitResult.Action.ACCEPT, Map.of("name", "Robin")))
                .toolsChangeConsumer(tools -> announcements.incrementAndGet())
                .progressConsumer(report -> progress.add(report.progress()))
                .build();
    }
}
