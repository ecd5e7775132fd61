package dev.portcullis.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mutated requests at every endpoint: never a 500, never a stack trace, never a hang, nothing that breaks out of a header or a page. More of
 * them, or the same again: {@code mvn test -Dtest=FuzzTest -Dportcullis.fuzz.requests=100000 -Dportcullis.fuzz.seed=1}.
 */
class FuzzTest {
    private static final Logger LOG = LoggerFactory.getLogger(FuzzTest.class);
    private static final int REQUESTS = Integer.getInteger("portcullis.fuzz.requests", 5_000);
    private static final long SEED = Long.getLong("portcullis.fuzz.seed", System.nanoTime());
    private static final int CALLERS = 4;
    // One in so many is not even framed as a request.
    private static final int RAW_EVERY = 20;
    private static final Pattern TRACE =
            Pattern.compile("Exception|\\tat |java\\.(lang|util|io)|io\\.(vertx|netty)|jackson");

    private final Map<String, LongAdder> statuses = new ConcurrentHashMap<>();

    @Test
    @DisplayName("AS-19: whatever is sent to whichever endpoint, the answer is one that was meant")
    void everyEndpointStandsWhateverIsSent() {
        try (World world = World.start(yaml -> yaml.put(
                "rateLimits",
                new JsonObject().put("register", 0).put("authorize", 0).put("token", 0)))) {
            List<Sample> samples = samples(world);
            List<CompletableFuture<Void>> callers = IntStream.range(0, CALLERS)
                    .mapToObj(caller -> CompletableFuture.runAsync(() -> call(world, samples, caller)))
                    .toList();
            callers.forEach(CompletableFuture::join);
            LOG.info("fuzz: {} requests, seed {}: {}", REQUESTS, SEED, new TreeMap<>(statuses));
            // It still does what it is there for.
            TestClient client = TestClient.register(world);
            String token = client.redeem(world.url(), client.code()).json().getString("access_token");
            assertThat(client.echo(world.mcpUrl(), token, "hi").status()).isEqualTo(200);
        }
        // Most of it was understood well enough to be refused for a reason; some was good.
        assertThat(statuses.keySet()).contains("200", "400", "401", "404", "415");
    }

    private void call(World world, List<Sample> samples, int caller) {
        Random random = new Random(SEED + caller);
        Mutator mutator = new Mutator(random);
        String host = URI.create(world.url()).getAuthority();
        try (Probe probe = new Probe(world.url())) {
            byte[] previous = {};
            for (int i = 0; i < REQUESTS / CALLERS; i++) {
                Sample sample = mutator.mutate(
                        samples.get(random.nextInt(samples.size())), samples.get(random.nextInt(samples.size())));
                boolean framed = sample.isFramed() && random.nextInt(RAW_EVERY) != 0;
                byte[] bytes = framed ? sample.bytes(host) : mutator.raw(sample.bytes(host));
                check(bytes, send(probe, framed, previous, bytes));
                previous = bytes;
            }
        } catch (IOException e) {
            throw new AssertionError("no connection to the gateway, seed " + SEED, e);
        }
    }

    private static String send(Probe probe, boolean framed, byte[] previous, byte[] bytes) throws IOException {
        try {
            return framed ? probe.exchange(bytes) : probe.end(bytes);
        } catch (AssertionError e) {
            throw new AssertionError(
                    e.getMessage() + ", seed " + SEED + ", after\n" + text(previous) + "\n\nand\n" + text(bytes), e);
        }
    }

    private void check(byte[] request, String response) {
        String status = response.isEmpty() ? "closed" : response.split(" ", 3)[1];
        statuses.computeIfAbsent(status, any -> new LongAdder()).increment();
        String head = response.substring(0, Math.max(0, response.indexOf("\n\n")));
        boolean wrong = response.contains("HTTP/1.1 500")
                || TRACE.matcher(response).find()
                || head.toLowerCase(java.util.Locale.ROOT).contains("\nx-injected")
                || (head.contains("text/html") && (response.contains("<script") || response.contains("<img")));
        if (wrong) {
            throw new AssertionError("seed " + SEED + "\n" + text(request) + "\n\nwas answered\n\n" + response);
        }
    }

    private static String text(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return text.length() > 4000 ? text.substring(0, 4000) + "… (" + text.length() + " bytes)" : text;
    }

    /** A good request of every kind, from a real flow. */
    private static List<Sample> samples(World world) {
        TestClient client = TestClient.register(world);
        Answer consent = client.authorize(world.url());
        String cookie = "Cookie: "
                + consent.header("Set-Cookie").orElseThrow().split(";", 2)[0] + "; portcullis_login_" + "A".repeat(43)
                + "=" + "B".repeat(43) + "; portcullis_approvals=x.AAAA";
        String approve = Form.fill(consent.body(), "decision", "approve");
        JsonObject tokens = client.redeem(world.url(), client.code()).json();
        String access = "Authorization: Bearer " + tokens.getString("access_token");
        String refresh = tokens.getString("refresh_token");
        String basic = "Authorization: Basic cGNjX2EuYi5jOnNlY3JldA==";
        String call =
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"echo\",\"arguments\":"
                        + "{\"message\":\"hi\"},\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                        + "\"io.modelcontextprotocol/clientCapabilities\":{}}}}";
        String[] era = {
            access,
            "Accept: application/json, text/event-stream",
            "MCP-Protocol-Version: 2026-07-28",
            "Mcp-Method: tools/call",
            "Mcp-Name: echo"
        };
        List<Sample> samples = new ArrayList<>(List.of(
                Sample.get(
                        "/authorize?" + client.authorizationQuery("scope", "openid mcp:demo offline_access"), cookie),
                Sample.get("/authorize?" + client.authorizationQuery("prompt", "none"), cookie),
                Sample.form("/authorize", client.authorizationQuery(), cookie),
                Sample.form("/consent", approve, cookie, "Origin: " + world.url()),
                Sample.form("/consent", approve.replace("decision=approve", "decision=deny"), cookie),
                Sample.get("/callback?code=abc&state=" + "A".repeat(43), cookie),
                Sample.get("/callback?error=access_denied&error_description=x&state=" + "A".repeat(43), cookie),
                Sample.form(
                        "/token",
                        Form.encode(
                                "grant_type",
                                "authorization_code",
                                "code",
                                "pcx",
                                "client_id",
                                client.id(),
                                "code_verifier",
                                client.verifier(),
                                "redirect_uri",
                                TestClient.REDIRECT_URI)),
                Sample.form(
                        "/token",
                        Form.encode("grant_type", "refresh_token", "refresh_token", refresh, "client_id", client.id()),
                        "Origin: https://app.example"),
                Sample.form("/token", Form.encode("grant_type", "refresh_token", "refresh_token", refresh), basic),
                Sample.form("/revoke", Form.encode("token", "pcr_x", "client_id", client.id())),
                Sample.json("/register", TestClient.registration().encode(), "Origin: https://app.example"),
                Sample.json(
                        "/register",
                        TestClient.registration()
                                .put("client_name", "N\u00e4me \ud83d\ude00")
                                .put("client_uri", "https://app.example/")
                                .put("application_type", "native")
                                .put("scope", "a b")
                                .encode()),
                Sample.json("/demo/mcp", call, "Authorization: Bearer eyJhbGciOiJSUzI1NiJ9.e30.AAAA"),
                Sample.json("/demo/mcp", call, era),
                Sample.get("/demo/mcp", "Accept: text/event-stream", "Mcp-Session-Id: AAAA"),
                Sample.get("/.well-known/oauth-authorization-server"),
                Sample.get("/.well-known/oauth-protected-resource/demo/mcp"),
                Sample.get("/.well-known/jwks.json"),
                Sample.get("/"),
                new Sample(
                        "OPTIONS",
                        "/token",
                        List.of(
                                "Origin: https://app.example",
                                "Access-Control-Request-Method: POST",
                                "Access-Control-Request-Headers: authorization, content-type"),
                        ""),
                new Sample("DELETE", "/demo/mcp", List.of("Mcp-Session-Id: AAAA"), "")));
        return samples;
    }
}
