package dev.portcullis.token;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The digest of a token")
class RecentTokensTest {
    private final RecentTokens recent = new RecentTokens(4);

    @Test
    @DisplayName("is that of exactly this token, seen before or not, whatever else has its place")
    void always() {
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 50; i++) {
                String token = "header.payload-" + i + ".signature" + i % 5;
                TokenDigest digest = recent.digest(token);
                assertThat(digest).isEqualTo(TokenDigest.of(token));
                recent.keep(token, digest);
                assertThat(recent.digest(token)).isSameAs(digest);
            }
        }
    }

    @Test
    @DisplayName("is not that of another token with the same end and the same length")
    void sameEnd() {
        String kept = "header.payload-a.signature";
        recent.keep(kept, recent.digest(kept));
        String forged = "header.payload-b.signature";
        assertThat(recent.digest(forged)).isEqualTo(TokenDigest.of(forged));
    }

    @Test
    @DisplayName("exists for a token that is empty or one character long")
    void shortOnes() {
        for (String token : new String[] {"", "x"}) {
            assertThat(recent.digest(token)).isEqualTo(TokenDigest.of(token));
        }
    }
}
