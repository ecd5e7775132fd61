package dev.portcullis.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.DocumentHost;
import dev.portcullis.testkit.FakeDns;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
    // A state is good once.
    private static final int LIVE_EVERY = 30;
    // A longer request may be answered before it was read, and the answer be lost with the connection (RFC 9112 §9.6).
    private static final int SURELY_READ = 16 * 1024;
    private static final Pattern TRACE =
            Pattern.compile("Exception|\\tat |java\\.(lang|util|io)|io\\.(vertx|netty)|jackson");

    private final Map<String, LongAdder> statuses = new ConcurrentHashMap<>();

    @Test
    @DisplayName("AS-19: whatever is sent to whichever endpoint, the answer is one that was meant")
    void everyEndpointStandsWhateverIsSent() {
        long start = System.nanoTime();
        // No name leads anywhere: whatever address a document is said to have, nobody outside is asked.
        try (FakeDns dns = new FakeDns("10.0.0.1");
                DocumentHost site = DocumentHost.start();
                World world = World.startWithDns(
                        dns,
                        yaml -> yaml.put(
                                "clientDocuments",
                                new JsonObject().put("loopback", true).put("timeout", "1s")))) {
            List<Sample> samples = samples(world, site);
            List<CompletableFuture<Void>> callers = IntStream.range(0, CALLERS)
                    .mapToObj(caller -> CompletableFuture.runAsync(() -> call(world, samples, caller)))
                    .toList();
            callers.forEach(CompletableFuture::join);
            LOG.info(
                    "fuzz: {} requests in {} s, seed {}: {}",
                    REQUESTS,
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start),
                    SEED,
                    new TreeMap<>(statuses));
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
        TestClient person = TestClient.register(world);
        try (Probe probe = new Probe(world.url())) {
            byte[] previous = {};
            for (int i = 0; i < REQUESTS / CALLERS; i++) {
                Sample good = random.nextInt(LIVE_EVERY) == 0
                        ? liveCallback(world, person)
                        : samples.get(random.nextInt(samples.size()));
                Sample sample = mutator.mutate(good, samples.get(random.nextInt(samples.size())));
                boolean framed = sample.isFramed() && random.nextInt(RAW_EVERY) != 0;
                byte[] bytes = framed ? sample.bytes(host) : mutator.raw(sample.bytes(host));
                check(bytes, framed && bytes.length <= SURELY_READ, send(probe, framed, previous, bytes));
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

    /** @param due whether it is a request that has to be answered, however bad it is */
    private void check(byte[] request, boolean due, String response) {
        String status = response.isEmpty() ? "closed" : response.split(" ", 3)[1];
        statuses.computeIfAbsent(status, any -> new LongAdder()).increment();
        String head = response.substring(0, Math.max(0, response.indexOf("\n\n")));
        boolean wrong = (due && response.isEmpty())
                || response.contains("HTTP/1.1 500")
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

    /** What Cognito would send the browser back with, of a login that is under way. */
    private static Sample liveCallback(World world, TestClient person) {
        person.browser().forgetCookies();
        Answer toCognito = person.approve(world.url(), person.authorize(world.url()));
        String cookie = toCognito.response().headers().allValues("Set-Cookie").stream()
                .map(header -> header.split(";", 2)[0])
                .collect(Collectors.joining("; "));
        return Sample.get(
                "/callback?"
                        + Form.encode(
                                "code",
                                "abc",
                                "state",
                                toCognito.parameter("state").orElseThrow()),
                "Cookie: " + cookie);
    }

    /** A good request of every kind, from a real flow. */
    private static List<Sample> samples(World world, DocumentHost site) {
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
        samples.addAll(connections(world));
        samples.addAll(documents(world, site));
        return samples;
    }

    /** Of a person who has signed in for the page. */
    private static List<Sample> connections(World world) {
        TestClient person = TestClient.register(world);
        Answer back =
                person.callback(world.url(), person.signIn(person.browser().get(world.url() + "/connections")));
        String cookie = "Cookie: "
                + back.response().headers().allValues("Set-Cookie").stream()
                        .map(header -> header.split(";", 2)[0])
                        .filter(pair -> !pair.endsWith("="))
                        .collect(Collectors.joining("; "));
        String page = person.browser().get(world.url() + "/connections").body();
        String form = Form.fill(page, "disconnect", "A".repeat(22));
        return List.of(
                Sample.get("/connections"),
                Sample.get("/connections?done", cookie),
                Sample.form("/connections", form, cookie, "Origin: " + world.url()),
                Sample.form("/connections", "page=x&disconnect=all", cookie, "Origin: " + world.url()));
    }

    /** Of clients whose id is an address, and that have keys. */
    private static List<Sample> documents(World world, DocumentHost site) {
        JsonObject document = new JsonObject()
                .put("client_id", site.url("/c.json"))
                .put("client_name", "Documented")
                .put("redirect_uris", new JsonArray().add(TestClient.REDIRECT_URI))
                .put("token_endpoint_auth_method", "private_key_jwt")
                .put("jwks_uri", site.url("/jwks.json"));
        site.serve("/c.json", document);
        TestClient client = TestClient.withId(world, site.url("/c.json"));
        String assertion = encode(new JsonObject().put("alg", "ES256").put("kid", "k")) + "."
                + encode(new JsonObject()
                        .put("iss", client.id())
                        .put("sub", client.id())
                        .put("aud", world.url())
                        .put("jti", "j")
                        .put("exp", 4_000_000_000L))
                + "." + "A".repeat(86);
        String authenticated = Form.encode(
                "grant_type",
                "refresh_token",
                "refresh_token",
                "x",
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion",
                assertion);
        return List.of(
                Sample.get("/authorize?" + client.authorizationQuery()),
                Sample.get("/authorize?"
                        + client.authorizationQuery()
                                .replace(
                                        Form.encode("client_id", client.id()),
                                        Form.encode("client_id", "https://client.example/c.json"))),
                Sample.form("/token", authenticated),
                Sample.form("/token", authenticated + "&" + Form.encode("client_id", client.id())),
                Sample.form("/revoke", authenticated.replace("grant_type=refresh_token&refresh_token=x", "token=x")));
    }

    private static String encode(JsonObject json) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(json.encode().getBytes(StandardCharsets.UTF_8));
    }
}
