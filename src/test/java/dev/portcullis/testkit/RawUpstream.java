package dev.portcullis.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An MCP server whose every byte the test writes itself. It serves nothing of its own accord: the test takes each connection and answers. */
public final class RawUpstream implements AutoCloseable {
    private final ServerSocket server;
    private final BlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();
    private final List<RawConnection> handedOut = new ArrayList<>();

    public RawUpstream() {
        try {
            server = new ServerSocket(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread acceptor = new Thread(this::acceptAll, "raw-upstream");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    public String url() {
        return "http://localhost:" + server.getLocalPort() + "/mcp";
    }

    /** The next connection that the gateway opens. */
    public RawConnection accept() {
        return accept(RawConnection.PATIENCE).orElseThrow(() -> new AssertionError("nothing reached the upstream"));
    }

    /** Empty if none is opened in time. */
    public Optional<RawConnection> accept(Duration patience) {
        try {
            Optional<RawConnection> next = Optional.ofNullable(
                            accepted.poll(patience.toMillis(), TimeUnit.MILLISECONDS))
                    .map(RawConnection::new);
            next.ifPresent(handedOut::add);
            return next;
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    /** Closes every connection so far, so that the gateway has to open a new one. */
    public void forget() {
        while (accept(Duration.ZERO).isPresent()) {
            // They are closed with the others.
        }
        handedOut.forEach(RawConnection::hangUp);
        handedOut.clear();
    }

    private void acceptAll() {
        try {
            while (true) {
                accepted.add(server.accept());
            }
        } catch (SocketException e) {
            // Closed: the test is over.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        forget();
    }
}
