package dev.portcullis.mcp.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

    @ParameterizedTest
    @CsvSource({
        "delete_*,delete_a,true",
        "delete_*,delete_,true",
        "delete_*,delete,false",
        "delete_*,undelete_a,false",
        "delete_*,Delete_a,false",
        "*,anything,true",
        "*_all,drop_all_all,true",
        "a*b*c,axxbyyc,true",
        "a*b*c,axxcyyb,false",
        "a.c,abc,false",
        "exact,exact,true",
        "exact,exactly,false"
    })
    void aStarStandsForAnyCharacters(String pattern, String name, boolean matches) {
        assertThat(new Glob(pattern).matches(name)).isEqualTo(matches);
    }

    @Test
    void noNameMakesItSlow() {
        Glob glob = new Glob("*a".repeat(50) + "b");
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> assertThat(glob.matches("a".repeat(100_000))).isFalse());
    }
}
