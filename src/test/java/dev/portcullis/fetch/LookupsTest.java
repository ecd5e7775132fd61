package dev.portcullis.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Promise;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CR-16, as far as it is about names. */
class LookupsTest {

    @ParameterizedTest
    @CsvSource({
        "client.example,client.example",
        "a.b.client.example,client.example",
        "example.co.uk,example.co.uk",
        "www.example.co.uk,example.co.uk",
        "a.b.example.com.au,example.com.au",
        "docs.example.de,example.de",
        "co.uk,co.uk",
        "localhost,localhost"
    })
    void whatOneOwnerCanRegister(String host, String domain) {
        assertThat(Lookups.domain(host)).isEqualTo(domain);
    }

    @Test
    @DisplayName("CR-16: the names of one domain wait for each other, and let others in when they are done")
    void aPlaceIsUsedAgain() {
        List<Promise<List<InetAddress>>> waiting = new ArrayList<>();
        Lookups lookups = new Lookups(host -> {
            Promise<List<InetAddress>> answer = Promise.promise();
            waiting.add(answer);
            return answer.future();
        });
        for (int i = 0; i < 8; i++) {
            assertThat(lookups.resolve(i + ".evil.example").isComplete()).isFalse();
        }
        assertThat(lookups.resolve("9.evil.example").failed()).isTrue();
        assertThat(lookups.resolve("client.example").isComplete()).isFalse();
        waiting.get(0).fail("nobody knows");
        waiting.get(1).complete(List.of());
        assertThat(lookups.resolve("10.evil.example").isComplete()).isFalse();
        assertThat(lookups.resolve("11.evil.example").isComplete()).isFalse();
        assertThat(lookups.resolve("12.evil.example").failed()).isTrue();
    }
}
