package dev.portcullis.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What nobody may guess")
class RandomTokensTest {
    private static final int BYTES = 160 / 8;

    @Test
    @DisplayName("AS-35: has 256 bits, all of which vary")
    void everyBitVaries() {
        RandomTokens random = new RandomTokens(new SecureRandom());
        Set<String> seen = new HashSet<>();
        byte[] ones = new byte[32];
        byte[] zeroes = new byte[32];
        for (int i = 0; i < 200; i++) {
            String token = random.next();
            assertThat(seen.add(token)).isTrue();
            byte[] bytes = Base64.getUrlDecoder().decode(token);
            assertThat(bytes).hasSize(32);
            for (int b = 0; b < bytes.length; b++) {
                ones[b] |= bytes[b];
                zeroes[b] |= (byte) ~bytes[b];
            }
        }
        assertThat(ones).containsOnly((byte) 0xFF);
        assertThat(zeroes).containsOnly((byte) 0xFF);
    }

    @Test
    @DisplayName(
            "AS-35: codes, refresh tokens and the state toward the identity provider have at least 160 random bits")
    void issuedOnes() {
        try (World world = World.start()) {
            TestClient client = TestClient.register(world);
            Answer toCognito = client.approve(world.url(), client.authorize(world.url()));
            String code = client.callback(world.url(), client.signIn(toCognito))
                    .parameter("code")
                    .orElseThrow();
            JsonObject tokens = client.redeem(world.url(), code).json();
            for (String text : new String[] {
                toCognito.parameter("state").orElseThrow(),
                toCognito.parameter("nonce").orElseThrow(),
                code,
                tokens.getString("refresh_token")
            }) {
                // What is random is the last part, or all there is.
                String part = text.substring(text.lastIndexOf('.') + 1);
                assertThat(Base64.getUrlDecoder().decode(part).length).isGreaterThanOrEqualTo(BYTES);
            }
        }
    }
}
