package dev.portcullis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.FakeDns;
import dev.portcullis.testkit.Form;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the addresses of strangers' documents lead, through a gateway as it is in production, which asks a name server. */
class DocumentAddressTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final AtomicInteger NAMES = new AtomicInteger();

    private static FakeDns dns;
    private static World world;

    @BeforeAll
    static void start() {
        dns = new FakeDns("127.0.0.1");
        dns.silence(".evil.example");
        world = World.startWithDns(
                dns, yaml -> yaml.put("clientDocuments", new JsonObject().put("timeout", TIMEOUT.toMillis() + "ms")));
    }

    @AfterAll
    static void stop() {
        world.close();
        dns.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://client.example/c.json",
                "http://localhost/c.json",
                "https://localhost/c.json",
                "https://localhost:443/c.json",
                "https://LOCALHOST/c.json",
                "https://localhost./c.json",
                "https://127.0.0.1/c.json",
                "https://127.1/c.json",
                "https://2130706433/c.json",
                "https://0x7f000001/c.json",
                "https://0177.0.0.1/c.json",
                "https://[::1]/c.json",
                "https://[::ffff:127.0.0.1]/c.json",
                "https://169.254.169.254/latest/meta-data/",
                "https://10.0.0.1/c.json",
                "https://client.example:8443/c.json",
                "https://user@client.example/c.json"
            })
    @DisplayName(
            "CR-16: an address without a full name, or not https on its own port, is refused before it is looked up")
    void whatIsNoNameIsNotLookedUp(String id) {
        int before = dns.asked().size();
        Answer page = authorize(id);
        assertThat(page.status()).as(page.body()).isEqualTo(400);
        assertThat(page.header("Location")).isEmpty();
        assertThat(page.body()).contains("cannot be identified").doesNotContain("cannot be connected to");
        assertThat(dns.asked().size()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.9.9.9",
                "0.0.0.0",
                "10.0.0.1",
                "100.64.0.1",
                "169.254.169.254",
                "172.16.0.1",
                "192.168.0.1",
                "224.0.0.1",
                "93.184.216.34,127.0.0.1"
            })
    @DisplayName("CR-16: a name that stands for one of our own addresses is not connected to")
    void namesOfOurOwnAddressesAreNotConnectedTo(String addresses) {
        dns.answer(addresses.split(","));
        String host = "n" + NAMES.incrementAndGet() + ".client.example";
        Answer page = authorize("https://" + host + "/c.json");
        assertThat(page.status()).as(page.body()).isEqualTo(503);
        // Had it tried, it would say that it cannot connect.
        assertThat(page.body()).contains("is on a host that cannot be found");
        assertThat(dns.asked()).anyMatch(name -> name.startsWith(host));
    }

    @Test
    @DisplayName("CR-16: a name server that never answers holds up the names it is responsible for, and no others")
    void aSilentNameServerHoldsUpItsOwnNamesOnly() {
        dns.answer("10.0.0.1");
        ExecutorService strangers = Executors.newFixedThreadPool(48);
        List<CompletableFuture<Answer>> hanging = new ArrayList<>();
        for (int i = 0; i < 48; i++) {
            String id = "https://r" + i + ".evil.example/c.json";
            hanging.add(CompletableFuture.supplyAsync(() -> authorize(id), strangers));
        }
        // Most are refused at once; the others wait, and would for as long as they may.
        await(hanging, 40);
        Instant start = Instant.now();
        Answer page = authorize("https://n" + NAMES.incrementAndGet() + ".client.example/c.json");
        assertThat(page.body()).contains("is on a host that cannot be found");
        assertThat(Duration.between(start, Instant.now())).isLessThan(TIMEOUT.dividedBy(2));
        assertThat(hanging.stream().map(CompletableFuture::join).map(Answer::status))
                .containsOnly(503);
        strangers.shutdown();
    }

    private static void await(List<CompletableFuture<Answer>> answers, int some) {
        org.awaitility.Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .until(() -> answers.stream().filter(CompletableFuture::isDone).count() >= some);
    }

    private static Answer authorize(String id) {
        return new Browser().get(world.url() + "/authorize?" + Form.encode("client_id", id));
    }
}
