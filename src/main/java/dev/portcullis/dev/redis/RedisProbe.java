package dev.portcullis.dev.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/** Asks a Redis, over a connection of its own, whether it is ready and which version it is. */
record RedisProbe(int port, Optional<String> password) {
    private static final int WAIT_MS = 500;
    private static final int LARGEST_ANSWER = 16 * 1024;
    private static final Pattern VERSION = Pattern.compile("redis_version:([0-9A-Za-z.\\-]+)");

    /** The version, once PING is answered; empty as long as Redis is not ready. */
    Optional<String> version() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), WAIT_MS);
            socket.setSoTimeout(WAIT_MS);
            if (password.isPresent() && !ask(socket, "AUTH " + password.get(), "+OK\r\n")) {
                return Optional.empty();
            }
            return ask(socket, "PING", "+PONG\r\n") ? serverVersion(socket) : Optional.empty();
        } catch (IOException notReady) {
            return Optional.empty();
        }
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "RedisProbe[port " + port + "]";
    }

    private static boolean ask(Socket socket, String command, String expected) throws IOException {
        send(socket, command);
        var answer = socket.getInputStream().readNBytes(expected.length());
        return expected.equals(new String(answer, StandardCharsets.US_ASCII));
    }

    /** Reads the INFO answer up to the version and no further. */
    private static Optional<String> serverVersion(Socket socket) throws IOException {
        send(socket, "INFO server");
        var answer = new StringBuilder();
        for (var next = socket.getInputStream().read();
                next >= 0;
                next = socket.getInputStream().read()) {
            answer.append((char) next);
            if (next == '\n') {
                var version = VERSION.matcher(answer);
                if (version.find()) {
                    return Optional.of(version.group(1));
                }
            }
            if (answer.length() > LARGEST_ANSWER) {
                break;
            }
        }
        return Optional.empty();
    }

    private static void send(Socket socket, String command) throws IOException {
        socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }
}
