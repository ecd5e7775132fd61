package dev.portcullis.fuzz;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** A connection that is kept while answers can be told apart, and replaced when they cannot. Throws {@link AssertionError} for a hang. */
final class Probe implements AutoCloseable {
    private static final int HANG_MILLIS = 10_000;
    private static final int QUIET_MILLIS = 40;

    private final String host;
    private final int port;
    private Optional<Socket> socket = Optional.empty();
    private Optional<InputStream> in = Optional.empty();

    Probe(String url) {
        this.host = URI.create(url).getHost();
        this.port = URI.create(url).getPort();
    }

    /** Sends one request with a known end; answers the whole response, or what came before the connection was closed. */
    String exchange(byte[] request) throws IOException {
        boolean fresh = socket.isEmpty();
        String response = once(request);
        // A connection from before may have been closed while the request was on its way; a new one has no such excuse.
        return response.isEmpty() && !fresh ? once(request) : response;
    }

    private String once(byte[] request) throws IOException {
        try {
            send(request);
        } catch (SocketException e) {
            // The server refused it before it was whole, or had closed this connection after the last one.
            close();
            try {
                send(request);
            } catch (SocketException again) {
                String rest = readToEnd();
                close();
                return rest;
            }
        }
        return readResponse();
    }

    /** Sends anything at all; after a while without an answer nothing more is sent, and the server must come to an end. */
    String end(byte[] request) throws IOException {
        close();
        try {
            send(request);
            Socket open = socket.orElseThrow();
            open.setSoTimeout(QUIET_MILLIS);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            try {
                in.orElseThrow().transferTo(all);
            } catch (SocketTimeoutException quiet) {
                open.setSoTimeout(HANG_MILLIS);
                open.shutdownOutput();
                in.orElseThrow().transferTo(all);
            }
            return all.toString(StandardCharsets.ISO_8859_1);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the server keeps the connection", e);
        } catch (SocketException reset) {
            return "";
        } finally {
            close();
        }
    }

    private void send(byte[] request) throws IOException {
        if (socket.isEmpty()) {
            Socket opened = new Socket(host, port);
            opened.setTcpNoDelay(true);
            opened.setSoTimeout(HANG_MILLIS);
            // Thousands of connections must not linger.
            opened.setSoLinger(true, 0);
            socket = Optional.of(opened);
            in = Optional.of(new BufferedInputStream(opened.getInputStream()));
        }
        socket.orElseThrow().getOutputStream().write(request);
    }

    private String readResponse() throws IOException {
        try {
            StringBuilder response = new StringBuilder();
            String line = line();
            boolean chunked = false;
            boolean close = false;
            int length = -1;
            while (!line.isEmpty()) {
                response.append(line).append('\n');
                String lower = line.toLowerCase(Locale.ROOT);
                chunked |= lower.startsWith("transfer-encoding: chunked");
                close |= lower.startsWith("connection: close");
                length = lower.startsWith("content-length: ") ? Integer.parseInt(lower.substring(16)) : length;
                line = line();
            }
            response.append('\n');
            if (response.indexOf("HTTP/1.1 100 ") == 0) {
                return readResponse();
            }
            if (chunked) {
                for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
                    response.append(read(size));
                    line();
                }
                line();
            } else if (length > 0) {
                response.append(read(length));
            }
            if (close) {
                close();
            }
            return response.toString();
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no whole answer in time", e);
        } catch (SocketException | EndOfAnswer e) {
            close();
            return "";
        }
    }

    private String readToEnd() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            in.orElseThrow().transferTo(all);
        } catch (IOException e) {
            // A reset is an end too.
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.orElseThrow().read();
                next != '\n';
                next = in.orElseThrow().read()) {
            if (next < 0) {
                throw new EndOfAnswer();
            }
            if (next != '\r') {
                line.write(next);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    private String read(int length) throws IOException {
        byte[] bytes = in.orElseThrow().readNBytes(length);
        if (bytes.length < length) {
            throw new EndOfAnswer();
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        if (socket.isPresent()) {
            socket.get().close();
        }
        socket = Optional.empty();
        in = Optional.empty();
    }

    /** The server closed the connection. */
    private static final class EndOfAnswer extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
