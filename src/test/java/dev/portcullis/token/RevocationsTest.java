package dev.portcullis.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.config.Revocation;
import dev.portcullis.token.Revocations.Revoked;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RevocationsTest {
    private Instant now = Instant.parse("2026-08-01T10:00:00Z");
    private final InstantSource clock = () -> now;
    private final Revocations revocations = new Revocations(config(Revocation.WhenUnknown.DENY), clock);

    @Test
    void aGrantIsForgottenWhenNoAccessTokenOfItCanBeOut() {
        revocations.add(List.of(new Revoked("a", Duration.ofMinutes(5)), new Revoked("b", Duration.ofMinutes(10))));
        now = now.plus(Duration.ofMinutes(6));
        revocations.add(List.of());
        assertThat(revocations.isRevoked("a")).isFalse();
        assertThat(revocations.isRevoked("b")).isTrue();
    }

    @Test
    void overTheBoundTheOldestAreForgotten() {
        revocations.add(IntStream.range(0, 1003)
                .mapToObj(i -> new Revoked("grant" + i, Duration.ofHours(1)))
                .toList());
        assertThat(revocations.size()).isEqualTo(1000);
        assertThat(revocations.isRevoked("grant2")).isFalse();
        assertThat(revocations.isRevoked("grant3")).isTrue();
    }

    @Test
    void listenersHearOfEachGrantOnceUntilTheyLeave() {
        List<String> heard = new ArrayList<>();
        Runnable leave = revocations.onRevoked(heard::addAll);
        revocations.add(List.of(new Revoked("a", Duration.ofHours(1))));
        revocations.add(List.of(new Revoked("a", Duration.ofHours(1)), new Revoked("b", Duration.ofHours(1))));
        leave.run();
        revocations.add(List.of(new Revoked("c", Duration.ofHours(1))));
        assertThat(heard).containsExactly("a", "b");
    }

    @Test
    void whatWasNotConfirmedLatelyIsUnknown() {
        assertThat(revocations.isKnown()).isFalse();
        assertThat(revocations.refusesAll()).isTrue();
        revocations.confirm();
        assertThat(revocations.refusesAll()).isFalse();
        now = now.plus(Duration.ofSeconds(15));
        assertThat(revocations.isKnown()).isFalse();
        assertThat(new Revocations(config(Revocation.WhenUnknown.ALLOW), clock).refusesAll())
                .isFalse();
    }

    private static Revocation config(Revocation.WhenUnknown whenUnknown) {
        return new Revocation(
                whenUnknown,
                Duration.ofSeconds(5),
                Duration.ofSeconds(15),
                1000,
                Duration.ofSeconds(30),
                Duration.ofDays(1),
                1000);
    }
}
