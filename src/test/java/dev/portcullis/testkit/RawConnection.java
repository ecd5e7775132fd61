package dev.portcullis.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** One end of a TCP connection that speaks HTTP by hand: what a library would never send, and what a library would hide. Blocking. */
public final class RawConnection implements AutoCloseable {
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Socket socket;
    private final InputStream in;

    RawConnection(Socket socket) {
        try {
            this.socket = socket;
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) PATIENCE.toMillis());
            this.in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param url its host and port are used */
    public static RawConnection to(String url) {
        try {
            return new RawConnection(
                    new Socket(URI.create(url).getHost(), URI.create(url).getPort()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The start line and the headers of a message, names in lower case. */
    public record Head(String line, Map<String, String> headers) {
        public int status() {
            return Integer.parseInt(line.split(" ", 3)[1]);
        }

        public boolean has(String name) {
            return headers.containsKey(name);
        }

        /** Empty where it is absent; values of repeated headers are joined by a comma and a space. */
        public String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    public RawConnection write(String text) {
        return write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawConnection write(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public RawConnection writeChunk(String text) {
        return write(Integer.toHexString(text.length()) + "\r\n" + text + "\r\n");
    }

    /** Throws {@link AssertionError} if the connection ends before a whole head came. */
    public Head readHead() {
        String line = readLine();
        Map<String, String> headers = new LinkedHashMap<>();
        for (String header = readLine(); !header.isEmpty(); header = readLine()) {
            int colon = header.indexOf(':');
            headers.merge(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).trim(),
                    (first, second) -> first + ", " + second);
        }
        return new Head(line, headers);
    }

    public String read(int length) {
        try {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new AssertionError("the connection ended after " + bytes.length + " bytes");
            }
            return new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new AssertionError("the connection broke", e);
        }
    }

    /** Reads and drops so many bytes. */
    public void skip(long length) {
        try {
            in.skipNBytes(length);
        } catch (IOException e) {
            throw new AssertionError("the connection broke", e);
        }
    }

    /** One chunk of a chunked body; empty for the last one, whose trailers are left unread. */
    public String readChunk() {
        int length = Integer.parseInt(readLine(), 16);
        if (length == 0) {
            return "";
        }
        String chunk = read(length);
        readLine();
        return chunk;
    }

    /** All of a body, whichever way it is framed. */
    public String readBody(Head head) {
        if (!head.header("transfer-encoding").equals("chunked")) {
            return read(Integer.parseInt(head.header("content-length")));
        }
        StringBuilder body = new StringBuilder();
        for (String chunk = readChunk(); !chunk.isEmpty(); chunk = readChunk()) {
            body.append(chunk);
        }
        return body.toString();
    }

    public String readLine() {
        try {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) {
                    throw new AssertionError("the connection ended after: " + line);
                }
                if (next != '\r') {
                    line.write(next);
                }
            }
            return line.toString(StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new AssertionError("the connection broke", e);
        }
    }

    /** Everything until the other side closes, however it does. */
    public String readToEnd() {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        try {
            for (int next = in.read(); next >= 0; next = in.read()) {
                rest.write(next);
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the connection stays open after: " + rest, e);
        } catch (SocketException e) {
            // A reset is an end too.
        } catch (IOException e) {
            throw new AssertionError("the connection broke", e);
        }
        return rest.toString(StandardCharsets.ISO_8859_1);
    }

    /** Waits for the other side to close, ignoring what it still sends; answers how long that took. */
    public Duration awaitEnd() {
        long from = System.nanoTime();
        readToEnd();
        return Duration.ofNanos(System.nanoTime() - from);
    }

    /** Ends this side alone: the other one learns of it, and what it still sends can be read. */
    public RawConnection finish() {
        try {
            socket.shutdownOutput();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether nothing comes, and no end either, for so long. */
    public boolean isSilentFor(Duration time) {
        try {
            socket.setSoTimeout((int) time.toMillis());
            in.mark(1);
            int next = in.read();
            if (next >= 0) {
                in.reset();
            }
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        } catch (IOException e) {
            return false;
        } finally {
            restorePatience();
        }
    }

    /** Ends with a reset instead of a proper close. */
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Closes, and waits until the other side has noticed. */
    public void hangUp() {
        try {
            if (!socket.isClosed()) {
                socket.shutdownOutput();
                awaitEnd();
            }
        } catch (IOException e) {
            // Over already.
        } finally {
            close();
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void restorePatience() {
        try {
            socket.setSoTimeout((int) PATIENCE.toMillis());
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }
}
