import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * Both ends of many idle event streams. {@code server PORT}: an upstream that leaves each GET open after its first event and answers each
 * POST at once. {@code client URL COUNT}: opens so many streams with the token of the environment, says "open" when each has had its first
 * event, and keeps them until it is killed.
 */
final class Streams {
    private static final String EVENT = "data: {}\n\n";
    private static final String STREAM = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
            + Integer.toHexString(EVENT.length()) + "\r\n" + EVENT + "\r\n";
    private static final String RESULT = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}}";
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + RESULT.length()
            + "\r\n\r\n" + RESULT;
    // Opened at a time; more would overflow the queue of connections to accept.
    private static final int STEP = 100;

    public static void main(String[] args) throws IOException {
        if (args[0].equals("server")) {
            serve(Integer.parseInt(args[1]));
        } else {
            open(URI.create(args[1]), Integer.parseInt(args[2]));
        }
    }

    private static void serve(int port) throws IOException {
        Selector selector = Selector.open();
        ServerSocketChannel listening = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", port), 4096);
        listening.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
        ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
        while (true) {
            selector.select(key -> {
                try {
                    if (key.isAcceptable()) {
                        SocketChannel accepted = listening.accept();
                        accepted.configureBlocking(false).register(selector, SelectionKey.OP_READ, new StringBuilder());
                    } else {
                        answer((SocketChannel) key.channel(), (StringBuilder) key.attachment(), buffer);
                    }
                } catch (IOException gone) {
                    key.cancel();
                }
            });
        }
    }

    private static void answer(SocketChannel channel, StringBuilder received, ByteBuffer buffer) throws IOException {
        if (!read(channel, received, buffer)) {
            channel.close();
            return;
        }
        int head = received.indexOf("\r\n\r\n");
        if (head < 0) {
            return;
        }
        if (received.charAt(0) == 'G') {
            received.setLength(0);
            write(channel, STREAM);
        } else if (received.length() >= head + 4 + length(received)) {
            received.setLength(0);
            write(channel, ANSWER);
        }
    }

    private static int length(StringBuilder request) {
        String name = "content-length:";
        String text = request.toString().toLowerCase();
        int from = text.indexOf(name) + name.length();
        return Integer.parseInt(text.substring(from, text.indexOf('\r', from)).trim());
    }

    private static void open(URI url, int count) throws IOException {
        String request = "GET " + url.getPath() + " HTTP/1.1\r\nHost: " + url.getAuthority()
                + "\r\nAccept: text/event-stream\r\nAuthorization: Bearer " + System.getenv("TOKEN") + "\r\n\r\n";
        Selector selector = Selector.open();
        ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
        for (int opened = 0; opened < count; opened += STEP) {
            int[] waiting = {Math.min(STEP, count - opened)};
            for (int i = waiting[0]; i > 0; i--) {
                SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", url.getPort()));
                write(channel, request);
                channel.configureBlocking(false).register(selector, SelectionKey.OP_READ, new StringBuilder());
            }
            while (waiting[0] > 0) {
                selector.select(key -> waiting[0] -= hasFirstEvent(key, buffer) ? 1 : 0);
            }
        }
        System.out.println("open");
        while (true) {
            selector.select(key -> hasFirstEvent(key, buffer));
        }
    }

    private static boolean hasFirstEvent(SelectionKey key, ByteBuffer buffer) {
        StringBuilder received = (StringBuilder) key.attachment();
        try {
            if (!read((SocketChannel) key.channel(), received, buffer) || !received.toString().startsWith("HTTP/1.1 200")) {
                throw new IOException("no stream: " + received);
            }
        } catch (IOException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
        boolean complete = received.indexOf("\n\n") > 0;
        if (complete) {
            received.setLength("HTTP/1.1 200".length());
        }
        return complete;
    }

    private static boolean read(SocketChannel channel, StringBuilder received, ByteBuffer buffer) throws IOException {
        buffer.clear();
        int length = channel.read(buffer);
        if (length > 0) {
            received.append(new String(buffer.array(), 0, length, StandardCharsets.ISO_8859_1));
        }
        return length >= 0;
    }

    private static void write(SocketChannel channel, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
