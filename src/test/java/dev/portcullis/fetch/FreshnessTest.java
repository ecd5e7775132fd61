package dev.portcullis.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CR-15. */
class FreshnessTest {
    private static final Instant NOW = Instant.parse("2026-07-28T12:00:00Z");
    private final Freshness freshness = new Freshness(TestDocuments.config(new JsonObject()
                    .put(
                            "cache",
                            new JsonObject()
                                    .put("minTtl", "60s")
                                    .put("defaultTtl", "10m")
                                    .put("maxTtl", "1h")))
            .cache());

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max-age=300                              | 300",
                "public, max-age=300, must-revalidate     | 300",
                "MAX-AGE=\"300\"                          | 300",
                "private,max-age=300                      | 300",
                "max-age=0                                | 60",
                "max-age=5                                | 60",
                "no-cache                                 | 60",
                "max-age=300, no-cache                    | 60",
                "max-age=86400                            | 3600",
                "max-age=9999999999                       | 3600",
                "s-maxage=300                             | 600",
                "max-age=-1                               | 600",
                "max-age=abc                              | 600",
                "stale-max-age=7                          | 600",
                "public                                   | 600"
            })
    @DisplayName("CR-15: max-age counts, within the operator's bounds")
    void maxAgeWithinBounds(String control, long seconds) {
        assertThat(freshness.of(MultiMap.caseInsensitiveMultiMap().add("Cache-Control", control), NOW))
                .hasValue(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-store", "no-store, max-age=300", "private, No-Store", "max-age=300,no-store"})
    @DisplayName("CR-15: no-store is obeyed whatever else is said")
    void noStoreIsObeyed(String control) {
        assertThat(freshness.of(MultiMap.caseInsensitiveMultiMap().add("Cache-Control", control), NOW))
                .isEqualTo(Optional.empty());
    }

    @Test
    void directivesOfSeveralHeaderLinesCountTogether() {
        assertThat(freshness.of(
                        MultiMap.caseInsensitiveMultiMap()
                                .add("Cache-Control", "max-age=300")
                                .add("Cache-Control", "no-store"),
                        NOW))
                .isEmpty();
    }

    @Test
    void theTimeInOtherCachesIsTakenOff() {
        assertThat(freshness.of(
                        MultiMap.caseInsensitiveMultiMap()
                                .add("Cache-Control", "max-age=300")
                                .add("Age", "100"),
                        NOW))
                .hasValue(Duration.ofSeconds(200));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Tue, 28 Jul 2026 12:05:00 GMT | 300",
                "Tue, 28 Jul 2026 11:05:00 GMT | 60",
                "Tue, 28 Jul 2026 18:00:00 GMT | 3600",
                "0                             | 60"
            })
    void expiresCountsWithoutMaxAge(String expires, long seconds) {
        assertThat(freshness.of(MultiMap.caseInsensitiveMultiMap().add("Expires", expires), NOW))
                .hasValue(Duration.ofSeconds(seconds));
    }

    @Test
    void withoutAnyHeaderTheDefaultCounts() {
        assertThat(freshness.of(MultiMap.caseInsensitiveMultiMap(), NOW)).hasValue(Duration.ofMinutes(10));
    }
}
