package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** An upstream that answers before it has read the request. */
class EarlyAnswerTest {

    @Test
    @DisplayName(
            "GW-1: a connection on which a request was left unfinished serves nobody else, whoever's request was cut")
    void anUnfinishedRequestSpoilsNoOther() {
        try (World world = World.start()) {
            TestClient client = TestClient.register(world);
            String token = client.redeem(world.url(), client.code()).json().getString("access_token");
            for (int i = 0; i < 10; i++) {
                try (RawConnection connection = RawConnection.to(world.url())) {
                    connection.write("POST /demo/mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
                            + "\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n" + "x".repeat(99));
                    RawConnection.Head head = connection.readHead();
                    assertThat(head.status()).isEqualTo(415);
                    connection.readBody(head);
                }
                long from = System.nanoTime();
                assertThat(client.echo(world.mcpUrl(), token, "hi").status()).isEqualTo(200);
                assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(3));
            }
        }
    }
}
