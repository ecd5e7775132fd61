package dev.portcullis.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A port that a test draws")
class PortsTest {
    private static final int MANY = 400;

    @Test
    @DisplayName("is drawn by no other while nobody listens on it yet")
    void once() {
        assertThat(IntStream.range(0, MANY).map(i -> Ports.free())).doesNotHaveDuplicates();
        assertThat(Ports.freeWithBus(MANY)).doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("is not one that somebody listens on")
    void free() throws IOException {
        int taken = Ports.free();
        try (ServerSocket listening = new ServerSocket(taken)) {
            assertThat(Ports.free(2 * MANY)).hasSize(2 * MANY).doesNotContain(listening.getLocalPort());
        }
    }

    @Test
    @DisplayName("is lower than those of outgoing connections, with its bus if it has one")
    void low() {
        List<Integer> withBus = Ports.freeWithBus(MANY);
        assertThat(Ports.free(MANY)).allMatch(port -> port < 32_768).doesNotContainAnyElementsOf(withBus);
        assertThat(withBus).allMatch(port -> port + 10_000 < 25_000);
    }
}
