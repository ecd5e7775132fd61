package dev.portcullis.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.config.ClientDocuments;
import dev.portcullis.testkit.DocumentHost;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.SelfSignedCertificate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a stranger's address can make the gateway do, over real TLS connections (CR-16). */
class DocumentFetcherTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String HOST = "client.example";
    private static final Predicate<InetAddress> ANY = address -> true;
    private static SelfSignedCertificate certificate;

    private final Vertx vertx = Vertx.vertx();
    // A fetcher belongs to one event loop.
    private final Context loop = vertx.getOrCreateContext();
    private final List<String> lookups = new CopyOnWriteArrayList<>();
    private DocumentHost site;

    @BeforeAll
    static void makeCertificate() {
        certificate = SelfSignedCertificate.create(HOST);
    }

    @AfterAll
    static void deleteCertificate() {
        certificate.delete();
    }

    @BeforeEach
    void start() {
        site = DocumentHost.start(
                new HttpServerOptions().setSsl(true).setSni(true).setKeyCertOptions(certificate.keyCertOptions()));
    }

    @AfterEach
    void stop() throws Exception {
        site.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    @DisplayName("CR-16: the connection goes to the checked address, with the host's own name for TLS and HTTP")
    void theConnectionIsPinned() {
        site.serve("/c.json", new JsonObject().put("a", 1), "Cache-Control", "max-age=600");
        Fetched fetched = get(fetcher(ANY, "127.0.0.1"), "/c.json?v=1");
        assertThat(new JsonObject(fetched.text())).isEqualTo(new JsonObject().put("a", 1));
        assertThat(fetched.freshFor()).hasValue(Duration.ofMinutes(10));
        DocumentHost.Asked asked = site.asked().get(0);
        assertThat(asked.serverName()).isEqualTo(HOST);
        assertThat(asked.host()).isEqualTo(HOST + ":" + site.port());
        assertThat(asked.headers())
                .containsEntry("accept-encoding", "identity")
                .doesNotContainKeys("cookie", "authorization", "referer");
    }

    @Test
    @DisplayName("CR-16: a name that stands for another address the next time is looked up once only (DNS rebinding)")
    void rebindingChangesNothing() throws Exception {
        site.serve("/c.json", new JsonObject());
        // The first answer passes the check; every later one leads where nobody checked.
        Destinations.Resolver rebinding = host -> {
            lookups.add(host);
            return addresses(lookups.size() == 1 ? "127.0.0.1" : "127.0.0.2");
        };
        InetAddress checked = InetAddress.getByName("127.0.0.1");
        get(fetcher(new JsonObject(), rebinding, checked::equals), "/c.json");
        assertThat(lookups).containsExactly(HOST);
        assertThat(site.hits("/c.json")).isEqualTo(1);
        assertThat(problem(fetcher(new JsonObject(), rebinding, checked::equals), "/c.json")
                        .reason())
                .contains("cannot be found");
        assertThat(site.connections()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "93.184.216.34,127.0.0.1",
                "::ffff:127.0.0.1",
                "::1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
                "0.0.0.0",
                "169.254.169.254",
                "10.0.0.1",
                "fd00:ec2::254",
                ""
            })
    @DisplayName("CR-16: one special-use address among those of a name, and nothing is connected to at all")
    void specialAddressesAreNeverConnectedTo(String addresses) {
        FetchProblem problem = problem(
                fetcher(
                        new JsonObject(),
                        host -> addresses(addresses.isEmpty() ? new String[0] : addresses.split(",")),
                        new PublicAddresses(List.of())::contains),
                "/c.json");
        assertThat(problem.reason()).isEqualTo("is on a host that cannot be found");
        assertThat(site.connections()).isZero();
    }

    @Test
    @DisplayName("CR-16: a name that resolves inside cannot be told from one that does not resolve")
    void theInsideIsNotToldApart() {
        FetchProblem inside = problem(fetcher(new PublicAddresses(List.of())::contains, "10.0.0.1"), "/c.json");
        FetchProblem nowhere = problem(
                fetcher(new JsonObject(), host -> Future.failedFuture(new UnknownHostException(host)), ANY), "/c.json");
        assertThat(inside.reason()).isEqualTo(nowhere.reason());
        assertThat(inside.isPassing()).isEqualTo(nowhere.isPassing());
    }

    @Test
    void anAddressThatDoesNotAnswerGivesWayToTheNext() {
        site.serve("/c.json", new JsonObject());
        assertThat(get(fetcher(ANY, "127.0.0.3", "127.0.0.1"), "/c.json").text())
                .isEqualTo("{}");
    }

    @Test
    @DisplayName("CR-16: a certificate for another name, or of nobody we trust, ends it")
    void theCertificateMustBeTheHosts() {
        site.serve("/c.json", new JsonObject());
        DocumentUrl other =
                new DocumentUrl("https://other.example/c.json", "other.example", site.port(), "/c.json", false);
        assertThat(problem(fetch(fetcher(ANY, "127.0.0.1"), other)).reason())
                .isEqualTo("is on a host that cannot be connected to");
        ClientDocuments config = TestDocuments.config(new JsonObject());
        DocumentFetcher distrusting = new DocumentFetcher(
                vertx,
                config,
                DocumentFetcher.options(config),
                new Destinations(host -> addresses("127.0.0.1"), ANY),
                InstantSource.system());
        assertThat(problem(distrusting, "/c.json").reason()).isEqualTo("is on a host that cannot be connected to");
        assertThat(site.asked()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    @DisplayName("CR-16: redirects are not followed")
    void redirectsAreNotFollowed(int status) {
        site.serve("/secret", new JsonObject());
        site.serve(
                "/c.json",
                request -> request.response()
                        .setStatusCode(status)
                        .putHeader("Location", "https://client.example:" + site.port() + "/secret")
                        .end());
        assertThat(problem(fetcher(ANY, "127.0.0.1"), "/c.json").reason()).contains("redirect");
        assertThat(site.hits("/secret")).isZero();
        assertThat(site.hits("/c.json")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {201, 202, 206, 400, 401, 403, 429, 500, 502, 503})
    @DisplayName("CR-16: only 200 is success; trouble may pass")
    void onlyOkIsSuccess(int status) {
        site.fail("/c.json", status);
        FetchProblem problem = problem(fetcher(ANY, "127.0.0.1"), "/c.json");
        assertThat(problem.reason()).contains(String.valueOf(status));
        assertThat(problem.isPassing()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 410})
    void whatIsNotThereWillNotComeByWaiting(int status) {
        site.fail("/c.json", status);
        assertThat(problem(fetcher(ANY, "127.0.0.1"), "/c.json").isPassing()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "Application/JSON; charset=utf-8",
                "application/oauth-client-id-metadata+json",
                "application/jwk-set+json",
                "application/json ;v=1"
            })
    @DisplayName("CR-16: application/json and application/*+json are read")
    void jsonTypesAreRead(String type) {
        site.serve(
                "/c.json",
                request -> request.response().putHeader("Content-Type", type).end("{}"));
        assertThat(get(fetcher(ANY, "127.0.0.1"), "/c.json").text()).isEqualTo("{}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "text/html",
                "text/json",
                "application/jsonp",
                "application/xml+jsonx",
                "application/+json",
                "application/octet-stream",
                "text/plain; x=application/json",
                "image/svg+xml"
            })
    @DisplayName("CR-16: any other content type is refused")
    void otherTypesAreRefused(String type) {
        site.serve("/c.json", request -> {
            if (!type.isEmpty()) {
                request.response().putHeader("Content-Type", type);
            }
            request.response().end("{}");
        });
        assertThat(problem(fetcher(ANY, "127.0.0.1"), "/c.json").reason()).contains("Content-Type");
    }

    @Test
    @DisplayName("CR-16: a body of exactly the bound is read, one byte more is not, whether announced or streamed")
    void theBodyIsBounded() {
        site.serve("/just", request -> json(request.response()).end(" ".repeat(5118) + "{}"));
        site.serve("/announced", request -> json(request.response()).end(" ".repeat(5119) + "{}"));
        site.serve("/streamed", request -> {
            HttpServerResponse response = json(request.response()).setChunked(true);
            // More than sockets buffer: it ends only if we hang up.
            trickle(response, 4096, 0);
        });
        DocumentFetcher fetcher = fetcher(ANY, "127.0.0.1");
        assertThat(get(fetcher, "/just").text()).hasSize(5120);
        assertThat(problem(fetcher, "/announced").reason()).isEqualTo("is larger than 5120 bytes");
        assertThat(problem(fetcher, "/streamed").reason()).isEqualTo("is larger than 5120 bytes");
        await().atMost(PATIENCE).until(() -> site.openConnections() == 0);
    }

    @Test
    @DisplayName("CR-16: a compressed body, which could unfold to any size, is refused unread")
    void compressionIsRefused() throws IOException {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
            gzip.write(" ".repeat(1_000_000).getBytes(StandardCharsets.UTF_8));
        }
        for (String encoding : List.of("gzip", "deflate", "br", "x-unknown", "gzip, gzip")) {
            site.serve(
                    "/c.json",
                    request -> json(request.response())
                            .putHeader("Content-Encoding", encoding)
                            .end(Buffer.buffer(bomb.toByteArray())));
            assertThat(problem(fetcher(ANY, "127.0.0.1"), "/c.json").reason()).contains("compressed");
        }
    }

    @Test
    void aBodyThatIsNotUtf8IsRefused() {
        site.serve(
                "/c.json", request -> json(request.response()).end(Buffer.buffer(new byte[] {'"', (byte) 0xC3, '"'})));
        assertThat(problem(fetcher(ANY, "127.0.0.1"), "/c.json").reason()).contains("UTF-8");
    }

    @Test
    @DisplayName("CR-16: a server that is slow, silent or drops by drop is given up in time, and hung up on")
    void slownessIsBounded() {
        site.serve("/silent", request -> {});
        site.serve("/slow", request -> {
            HttpServerResponse response = json(request.response()).setChunked(true);
            trickle(response, 1, 20);
        });
        DocumentFetcher fetcher =
                fetcher(new JsonObject().put("timeout", "400ms"), host -> addresses("127.0.0.1"), ANY);
        for (String path : List.of("/silent", "/slow")) {
            FetchProblem problem = problem(fetcher, path);
            assertThat(problem.reason()).isEqualTo("does not answer in time");
            assertThat(problem.isPassing()).isTrue();
        }
        await().atMost(PATIENCE).until(() -> site.openConnections() == 0);
    }

    @Test
    void aLookUpThatNeverEndsIsGivenUpInTime() {
        DocumentFetcher fetcher = fetcher(
                new JsonObject().put("timeout", "200ms"),
                host -> Promise.<List<InetAddress>>promise().future(),
                ANY);
        assertThat(problem(fetcher, "/c.json").reason()).isEqualTo("does not answer in time");
    }

    @Test
    @DisplayName("CR-16, CR-21: fetches are limited for one host and together; a free place is used again")
    void concurrencyIsBounded() {
        List<HttpServerRequest> waiting = new CopyOnWriteArrayList<>();
        site.serve("/c.json", waiting::add);
        DocumentFetcher fetcher = fetcher(
                new JsonObject().put("maxConcurrent", 3).put("maxPerHost", 2), host -> addresses("127.0.0.1"), ANY);
        List<Future<Fetched>> running =
                Stream.of(1, 2).map(i -> fetch(fetcher, url("/c.json"))).toList();
        await().atMost(PATIENCE).until(() -> waiting.size() == 2);
        assertThat(problem(fetcher, "/c.json").reason()).contains("too many");
        DocumentUrl second = new DocumentUrl("https://b.example/", "b.example", site.port(), "/c.json", false);
        Future<Fetched> third = fetch(fetcher, second);
        DocumentUrl fourth = new DocumentUrl("https://c.example/", "c.example", site.port(), "/c.json", false);
        assertThat(problem(fetch(fetcher, fourth)).reason()).contains("too many");
        waiting.forEach(request -> json(request.response()).end("{}"));
        running.forEach(fetch -> assertThat(result(fetch).text()).isEqualTo("{}"));
        // Another name on this certificate: it fails, and so frees its place.
        assertThat(problem(third).isPassing()).isTrue();
        site.serve("/c.json", new JsonObject());
        assertThat(get(fetcher, "/c.json").text()).isEqualTo("{}");
    }

    @Test
    @DisplayName("CR-16, CR-21: names that lead to one address share what it is bothered with")
    void anAddressIsNotBotheredUnderManyNames() {
        List<HttpServerRequest> waiting = new CopyOnWriteArrayList<>();
        site.serve("/c.json", waiting::add);
        DocumentFetcher fetcher = fetcher(
                new JsonObject()
                        .put("maxPerHost", 1)
                        .put("maxPerAddress", 3)
                        .put("connectTimeout", "10s")
                        .put("timeout", "20s"),
                host -> addresses("127.0.0.1"),
                ANY);
        // The certificate is for one name only, which is enough: a connection is what counts.
        List<Future<Fetched>> many = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            many.add(fetch(fetcher, loopback(i)));
        }
        await().atMost(PATIENCE).until(() -> waiting.size() == 3);
        assertThat(many.stream().filter(fetch -> !fetch.isComplete())).hasSize(3);
        assertThat(many.stream().filter(Future::failed).map(fetch -> ((FetchProblem) fetch.cause()).reason()))
                .hasSize(17)
                .allMatch(reason -> reason.contains("too many"));
        assertThat(site.connections()).isEqualTo(3);
        waiting.forEach(request -> json(request.response()).end("{}"));
        site.serve("/c.json", new JsonObject());
        await().atMost(PATIENCE).until(() -> many.stream().allMatch(Future::isComplete));
        assertThat(result(fetch(fetcher, loopback(99))).text()).isEqualTo("{}");
    }

    /** A name with whatever certificate. */
    private DocumentUrl loopback(int number) {
        String host = "n" + number + ".localhost";
        return new DocumentUrl("https://" + host + "/c.json", host, site.port(), "/c.json", true);
    }

    @Test
    @DisplayName("CR-16: names of one domain whose name server never answers take no place away from others")
    void aSilentNameServerHoldsNobodyUp() {
        site.serve("/c.json", new JsonObject());
        DocumentFetcher fetcher = fetcher(
                new JsonObject().put("maxConcurrent", 20),
                host -> host.endsWith(".evil.example")
                        ? Promise.<List<InetAddress>>promise().future()
                        : addresses("127.0.0.1"),
                ANY);
        List<Future<Fetched>> hanging = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            String host = "r" + i + ".evil.example";
            hanging.add(fetch(fetcher, new DocumentUrl("https://" + host + "/", host, site.port(), "/", false)));
        }
        assertThat(get(fetcher, "/c.json").text()).isEqualTo("{}");
        assertThat(hanging.stream().filter(Future::failed).count()).isGreaterThan(1900);
    }

    @Test
    @DisplayName("CR-16: with an egress proxy the proxy is given the name, and nothing is looked up here")
    void anEgressProxyIsUsed() {
        site.serve("/c.json", new JsonObject());
        List<String> connects = new CopyOnWriteArrayList<>();
        NetServer proxy = result(vertx.createNetServer()
                .connectHandler(client -> client.handler(head -> {
                    connects.add(head.toString().split("\r\n", 2)[0]);
                    client.pause();
                    vertx.createNetClient().connect(site.port(), "127.0.0.1").onSuccess(server -> {
                        client.handler(server::write);
                        server.handler(client::write);
                        client.closeHandler(closed -> server.close());
                        server.closeHandler(closed -> client.close());
                        client.write("HTTP/1.1 200 OK\r\n\r\n");
                        client.resume();
                    });
                }))
                .listen(0, "127.0.0.1"));
        DocumentFetcher fetcher = fetcher(
                new JsonObject().put("proxy", "http://localhost:" + proxy.actualPort()),
                host -> {
                    lookups.add(host);
                    return addresses("127.0.0.1");
                },
                ANY);
        assertThat(get(fetcher, "/c.json").text()).isEqualTo("{}");
        assertThat(connects).containsExactly("CONNECT client.example:" + site.port() + " HTTP/1.1");
        assertThat(lookups).isEmpty();
        assertThat(site.asked().get(0).serverName()).isEqualTo(HOST);
    }

    private DocumentFetcher fetcher(Predicate<InetAddress> isPublic, String... addresses) {
        return fetcher(new JsonObject(), host -> addresses(addresses), isPublic);
    }

    private DocumentFetcher fetcher(
            JsonObject section, Destinations.Resolver resolver, Predicate<InetAddress> isPublic) {
        ClientDocuments config = TestDocuments.config(section);
        HttpClientOptions options = DocumentFetcher.options(config).setTrustOptions(certificate.trustOptions());
        return new DocumentFetcher(
                vertx, config, options, new Destinations(resolver, isPublic), InstantSource.system());
    }

    private DocumentUrl url(String target) {
        return new DocumentUrl("https://" + HOST + target, HOST, site.port(), target, false);
    }

    private Future<Fetched> fetch(DocumentFetcher fetcher, DocumentUrl url) {
        Promise<Fetched> fetched = Promise.promise();
        loop.runOnContext(now -> fetcher.fetch(url, 5120).onComplete(fetched));
        return fetched.future();
    }

    private Fetched get(DocumentFetcher fetcher, String target) {
        return result(fetch(fetcher, url(target)));
    }

    private FetchProblem problem(DocumentFetcher fetcher, String target) {
        return problem(fetch(fetcher, url(target)));
    }

    private static FetchProblem problem(Future<Fetched> fetch) {
        try {
            throw new AssertionError(
                    "fetched " + fetch.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(FetchProblem.class);
            return (FetchProblem) e.getCause();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static <T> T result(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Future<List<InetAddress>> addresses(String... texts) {
        return Future.succeededFuture(
                Stream.of(texts).map(DocumentFetcherTest::address).toList());
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static HttpServerResponse json(HttpServerResponse response) {
        return response.putHeader("Content-Type", "application/json");
    }

    /** Writes for ever, as fast as the other side reads or at this pace. */
    private void trickle(HttpServerResponse response, int bytes, long pauseMs) {
        response.write(" ".repeat(bytes))
                .onSuccess(written -> vertx.setTimer(Math.max(1, pauseMs), tick -> trickle(response, bytes, pauseMs)));
    }
}
