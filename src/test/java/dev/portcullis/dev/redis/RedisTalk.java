package dev.portcullis.dev.redis;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** One connection to a Redis, speaking its inline protocol. */
final class RedisTalk implements AutoCloseable {
    private static final int READ_WAIT_MS = 300;

    private final Socket socket;

    private RedisTalk(Socket socket) {
        this.socket = socket;
    }

    static RedisTalk to(String url) throws IOException {
        var uri = URI.create(url);
        var socket = new Socket(uri.getHost(), uri.getPort());
        socket.setSoTimeout(READ_WAIT_MS);
        return new RedisTalk(socket);
    }

    /** The password in the URL. */
    static Optional<String> password(String url) {
        return Optional.ofNullable(URI.create(url).getUserInfo()).map(info -> info.substring(1));
    }

    RedisTalk authenticated(String url) throws IOException {
        var password = password(url).orElseThrow();
        if (!"+OK".equals(ask("AUTH " + password, 1))) {
            throw new IOException("not authenticated");
        }
        return this;
    }

    /** The first so many lines of the answer. */
    String ask(String command, int lines) throws IOException {
        socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
        var answer = new StringBuilder();
        for (var seen = 0; seen < lines; ) {
            var next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("closed after: " + answer);
            }
            answer.append((char) next);
            seen += next == '\n' ? 1 : 0;
        }
        return String.join(" ", Arrays.asList(answer.toString().split("\r\n")));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
