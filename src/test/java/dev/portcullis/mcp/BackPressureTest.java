package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.RawConnection;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bodies far larger than what the gateway may hold. {@code -Dportcullis.test.bodyMiB=1024} makes them a gibibyte. */
@DisplayName("A reader that stops stops the writer")
class BackPressureTest {
    private static final long MIB = 1024 * 1024;
    private static final long BODY = Long.getLong("portcullis.test.bodyMiB", 96) * MIB;
    // The kernel's buffers on four sockets, and a little in between.
    private static final long IN_FLIGHT = 48 * MIB;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension
    private static final Wire WIRE =
            new Wire(upstream -> upstream.getMap().put("limits", Map.of("maxBody", "2047MiB")));

    @Test
    @DisplayName("on the way to the client (TR-4)")
    void onTheWayToTheClient() {
        try (RawConnection client = WIRE.connect().write(WIRE.post("{}"))) {
            RawConnection upstream = WIRE.upstream().accept();
            upstream.readBody(upstream.readHead());
            upstream.write("HTTP/1.1 200 OK\r\nContent-Length: " + BODY + "\r\n\r\n{}");
            client.readHead();
            client.read(2);
            assertThatWriterIsHeld(upstream, client);
        }
    }

    @Test
    @DisplayName("on the way to the upstream")
    void onTheWayToTheUpstream() {
        try (RawConnection client = WIRE.connect().write(WIRE.head("POST", "Content-Length: " + BODY) + "\r\n{}")) {
            RawConnection upstream = WIRE.upstream().accept();
            upstream.readHead();
            upstream.read(2);
            assertThatWriterIsHeld(client, upstream);
            upstream.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.readHead().status()).isEqualTo(202);
        }
    }

    /** Two bytes of the body have passed. */
    private static void assertThatWriterIsHeld(RawConnection writer, RawConnection reader) {
        long rest = BODY - 2;
        AtomicLong progress = new AtomicLong();
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
            byte[] chunk = new byte[64 * 1024];
            for (long left = rest; left > 0; left -= chunk.length) {
                writer.write(left >= chunk.length ? chunk : new byte[(int) left]);
                progress.addAndGet(Math.min(left, chunk.length));
            }
        });
        long[] last = {-1};
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).until(() -> {
            long before = last[0];
            last[0] = progress.get();
            return last[0] == before;
        });
        assertThat(progress.get()).isLessThan(IN_FLIGHT);
        long held = heapInUse();
        reader.skip(rest);
        assertThat(writing).succeedsWithin(PATIENCE);
        assertThat(heapInUse()).isLessThan(held + IN_FLIGHT);
    }

    private static long heapInUse() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
