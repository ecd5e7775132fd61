package dev.portcullis.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.config.RedisAddress.Kind;
import dev.portcullis.config.RedisAddress.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisAddressTest {

    @Test
    void oneServer() {
        RedisAddress plain = RedisAddress.parse("redis://localhost");
        assertThat(plain.kind()).isEqualTo(Kind.STANDALONE);
        assertThat(plain.servers()).containsExactly(new Server("localhost", 6379));
        assertThat(plain.tls()).isFalse();
        assertThat(plain.user()).isEmpty();
        assertThat(plain.password()).isEmpty();

        RedisAddress whole = RedisAddress.parse("rediss://gateway:p%40ss/w:rd+@[::1]:6380/3");
        assertThat(whole.tls()).isTrue();
        assertThat(whole.user()).hasValue("gateway");
        assertThat(whole.password().orElseThrow().reveal()).isEqualTo("p@ss/w:rd+");
        assertThat(whole.servers()).containsExactly(new Server("[::1]", 6380));
        assertThat(whole.database()).isEqualTo(3);
    }

    @Test
    void sentinels() {
        RedisAddress address = RedisAddress.parse("rediss-sentinel://:secret@a:1,b,c:3/2?master=main");
        assertThat(address.kind()).isEqualTo(Kind.SENTINEL);
        assertThat(address.tls()).isTrue();
        assertThat(address.servers()).containsExactly(new Server("a", 1), new Server("b", 26379), new Server("c", 3));
        assertThat(address.master()).isEqualTo("main");
        assertThat(address.database()).isEqualTo(2);
        assertThat(address.user()).isEmpty();
        assertThat(address.toString()).doesNotContain("secret");
    }

    @Test
    void aCluster() {
        RedisAddress address = RedisAddress.parse("redis-cluster://user:secret@a,b:7000");
        assertThat(address.kind()).isEqualTo(Kind.CLUSTER);
        assertThat(address.servers()).containsExactly(new Server("a", 6379), new Server("b", 7000));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://secret@host",
                "redis://:secret@",
                "redis://:secret@host:99999",
                "redis://:secret@a,b",
                "redis://secret@host",
                "redis://:secret@host?master=main",
                "redis-sentinel://:secret@a,b",
                "redis-cluster://:secret@a/1",
                "redis://:secret@host:6379/x"
            })
    void whatIsWrongIsSaidWithoutThePassword(String url) {
        assertThatThrownBy(() -> RedisAddress.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("secret");
    }
}
