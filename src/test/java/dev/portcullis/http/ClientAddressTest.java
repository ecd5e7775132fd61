package dev.portcullis.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.config.Cidr;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.testkit.Browser;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The peer of every request here is 127.0.0.1. */
class ClientAddressTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Vertx VERTX = Vertx.vertx();
    private static final Browser BROWSER = new Browser();

    private static String behindProxies;
    private static String behindProxiesWithForwarded;
    private static String open;

    @BeforeAll
    static void start() throws Exception {
        List<String> proxies = List.of("127.0.0.0/8", "10.0.0.0/8", "fd00::/8");
        behindProxies = serve(proxies, "X-Forwarded-For");
        behindProxiesWithForwarded = serve(proxies, "Forwarded");
        open = serve(List.of(), "X-Forwarded-For");
    }

    @AfterAll
    static void stop() throws Exception {
        VERTX.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // the nearest address that is no proxy
                "203.0.113.7                          | 203.0.113.7",
                "203.0.113.7, 10.1.2.3                | 203.0.113.7",
                "198.51.100.1, 203.0.113.7, 10.1.2.3  | 203.0.113.7",
                // what a client wrote itself is left of what the proxy saw
                "1.2.3.4, 203.0.113.7                 | 203.0.113.7",
                // all of them ours: a client inside
                "10.9.9.9, 10.1.2.3                   | 10.9.9.9",
                // nobody vouches for what is left of nonsense
                "203.0.113.7, unknown, 10.1.2.3       | 10.1.2.3",
                "203.0.113.7, evil.example, 10.1.2.3  | 10.1.2.3",
                "unknown                              | 127.0.0.1",
                "203.0.113.7:4711                     | 203.0.113.7",
                "[2001:db8:1:2:3::4]:4711             | 20010db800010002/64",
                "2001:db8:1:2:ffff::1                 | 20010db800010002/64",
                "2001:db8:1:2::3, fd00::1             | 20010db800010002/64",
                "::ffff:203.0.113.7                   | 203.0.113.7",
                "203.0.113.7, ,                       | 203.0.113.7",
            })
    void aTrustedProxyIsBelievedFromTheRight(String header, String network) {
        assertThat(BROWSER.get(behindProxies, "X-Forwarded-For", header).body()).isEqualTo(network);
    }

    @Test
    void severalHeadersAreOneList() {
        assertThat(BROWSER.get(behindProxies, "X-Forwarded-For", "1.2.3.4, 203.0.113.7", "X-Forwarded-For", "10.1.2.3")
                        .body())
                .isEqualTo("203.0.113.7");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "for=203.0.113.7;proto=https;by=10.1.2.3                  | 203.0.113.7",
                "for=1.2.3.4, For=\"203.0.113.7:80\"                      | 203.0.113.7",
                "proto=https;for=\"[2001:db8:1:2::3]:4711\", for=10.1.2.3 | 20010db800010002/64",
                "for=203.0.113.7, for=_hidden                             | 127.0.0.1",
                "proto=https                                              | 127.0.0.1",
            })
    void theStandardHeaderIsReadWhereItIsTheConfiguredOne(String header, String network) {
        assertThat(BROWSER.get(behindProxiesWithForwarded, "Forwarded", header, "X-Forwarded-For", "198.51.100.99")
                        .body())
                .isEqualTo(network);
    }

    @Test
    @DisplayName("Without trusted proxies no header is believed: a client cannot choose its address")
    void withoutTrustedProxiesNoHeaderIsBelieved() {
        assertThat(BROWSER.get(open, "X-Forwarded-For", "203.0.113.7", "Forwarded", "for=203.0.113.7")
                        .body())
                .isEqualTo("127.0.0.1");
        assertThat(BROWSER.get(behindProxies, "Forwarded", "for=203.0.113.7").body())
                .isEqualTo("127.0.0.1");
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.0.1, true",
        "10.0.0.0/8, 11.0.0.1, false",
        "192.168.1.128/25, 192.168.1.127, false",
        "192.168.1.128/25, 192.168.1.129, true",
        "203.0.113.7, 203.0.113.7, true",
        "0.0.0.0/0, ::1, false",
        "::/0, 1.2.3.4, false",
        "fd00::/8, fdff::1, true",
        "10.0.0.0/8, ::ffff:10.0.0.1, true",
    })
    void aBlockHoldsWhatItsPrefixSays(String block, String address, boolean inside) {
        assertThat(Cidr.parse(block)
                        .orElseThrow()
                        .contains(Cidr.address(address).orElseThrow()))
                .isEqualTo(inside);
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/33", "fd00::/129", "example.com", "10.0.0/8", "10.0.0.0/-1", "10.0.0.0/", "/8", "::g/8"})
    void whatIsNoBlockIsNotTaken(String text) {
        assertThat(Cidr.parse(text)).isEmpty();
    }

    private static String serve(List<String> proxies, String header) throws Exception {
        List<Cidr> trusted =
                proxies.stream().map(Cidr::parse).flatMap(Optional::stream).toList();
        ClientAddress addresses = new ClientAddress(
                new GatewayConfig.Http(32 * 1024, 64 * 1024, SECOND, SECOND, SECOND, List.of(), trusted, header));
        HttpServer server = VERTX.createHttpServer()
                .requestHandler(request -> request.response().end(addresses.networkOf(request)))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        return "http://127.0.0.1:" + server.actualPort() + "/";
    }
}
