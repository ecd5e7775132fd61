package dev.portcullis.dev.mcp;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;

/** A request on a socket of its own, for what a well-behaved client library does not do. */
final class RawRequest implements AutoCloseable {
    private final Socket socket;

    RawRequest(String url, HttpRequest request, String body) throws IOException {
        this(url, "Host: localhost\r\n" + headers(request), body);
    }

    RawRequest(String url, String headers, String body) throws IOException {
        var uri = URI.create(url);
        socket = new Socket(uri.getHost(), uri.getPort());
        socket.setSoTimeout((int) McpCaller.PATIENCE.toMillis());
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        var head = "POST " + uri.getPath() + " HTTP/1.1\r\n" + headers + "Content-Length: " + bytes.length + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    boolean isOpen() {
        return socket.isConnected() && !socket.isClosed();
    }

    String statusLine() throws IOException {
        var line = new StringBuilder();
        for (var next = socket.getInputStream().read(); next >= 0 && next != '\r'; ) {
            line.append((char) next);
            next = socket.getInputStream().read();
        }
        return line.toString();
    }

    private static String headers(HttpRequest request) {
        var head = new StringBuilder();
        request.headers()
                .map()
                .forEach((name, values) -> values.forEach(
                        value -> head.append(name).append(": ").append(value).append("\r\n")));
        return head.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
