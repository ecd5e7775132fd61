package dev.portcullis.token;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The digest of a token")
class RecentTokensTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 500})
    @DisplayName("is that of exactly this token, seen before or not, whatever else has its place")
    void always(int size) {
        RecentTokens recent = new RecentTokens(size);
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
        RecentTokens recent = new RecentTokens(4);
        String kept = "header.payload-a.signature";
        recent.keep(kept, recent.digest(kept));
        String forged = "header.payload-b.signature";
        assertThat(recent.digest(forged)).isEqualTo(TokenDigest.of(forged));
    }

    @Test
    @DisplayName("exists for a token that is empty or one character long")
    void shortOnes() {
        RecentTokens recent = new RecentTokens(4);
        for (String token : new String[] {"", "x"}) {
            assertThat(recent.digest(token)).isEqualTo(TokenDigest.of(token));
        }
    }
}
