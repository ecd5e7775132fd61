package dev.portcullis.testkit;

import static java.util.concurrent.CompletableFuture.supplyAsync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BrowserTest {
    @Test
    @DisplayName(
            "a request that a server died over is not sent again behind the test's back, and does not look like one that was never sent")
    void sendsOnce() {
        Browser browser = new Browser();
        RawUpstream server = new RawUpstream();
        CompletableFuture<Answer> first = supplyAsync(() -> browser.get(server.url()));
        RawConnection connection = server.accept();
        connection.readHead();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        assertThat(first.join().body()).isEqualTo("ok");

        CompletableFuture<Answer> second = supplyAsync(() -> browser.get(server.url()));
        connection.readHead();
        server.close();
        assertThatThrownBy(second::join).cause().cause().isNotInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> browser.get(server.url())).cause().isInstanceOf(ConnectException.class);
    }
}
