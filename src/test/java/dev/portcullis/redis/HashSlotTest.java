package dev.portcullis.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values are those that {@code CLUSTER KEYSLOT} answers. */
class HashSlotTest {

    @ParameterizedTest
    @CsvSource({
        "123456789, 12739",
        "foo, 12182",
        "{foo}bar, 12182",
        "pc:grant:{foo}, 12182",
        "foo{}{bar}, 8363",
        "{bar, 4015",
        "pc:revoked, 2947",
    })
    void aKeyHasTheSlotThatRedisGivesIt(String key, int slot) {
        assertThat(HashSlot.of(key)).isEqualTo(slot);
    }

    @Test
    void keysOfOneStepMustShareTheirSlot() {
        assertThat(HashSlot.of(List.of("pc:grant:{a}", "pc:code:{a}"))).isEqualTo(HashSlot.of("a"));
        assertThatThrownBy(() -> HashSlot.of(List.of("pc:grant:{a}", "pc:code:{b}")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
