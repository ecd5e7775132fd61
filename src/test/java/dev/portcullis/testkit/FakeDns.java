package dev.portcullis.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A DNS server (RFC 1035) that says of every name what the test wants, for no longer than a moment. */
public final class FakeDns implements AutoCloseable {
    private static final int HEADER = 12;
    private static final int TYPE_A = 1;

    private final DatagramSocket socket;
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile List<String> addresses = List.of();
    private volatile Optional<String> silent = Optional.empty();

    public FakeDns(String... addresses) {
        this.addresses = List.of(addresses);
        try {
            socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
        Thread server = new Thread(this::serve, "fake-dns");
        server.setDaemon(true);
        server.start();
    }

    /** As Vert.x wants it. */
    public String server() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    /** From now on; none stands for trouble with the server. */
    public void answer(String... now) {
        addresses = List.of(now);
    }

    /** Names that end like this are never answered. */
    public void silence(String suffix) {
        silent = Optional.of(suffix);
    }

    /** The names it was asked for. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    private void serve() {
        byte[] buffer = new byte[512];
        try {
            while (true) {
                DatagramPacket query = new DatagramPacket(buffer, buffer.length);
                socket.receive(query);
                String name = name(buffer);
                asked.add(name);
                if (silent.filter(name::endsWith).isPresent()) {
                    continue;
                }
                byte[] answer = answer(Arrays.copyOf(buffer, query.getLength()));
                socket.send(new DatagramPacket(answer, answer.length, query.getSocketAddress()));
            }
        } catch (SocketException e) {
            // Closed: the test is over.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(byte[] query) {
        StringBuilder name = new StringBuilder();
        for (int at = HEADER; query[at] != 0; at += query[at] + 1) {
            name.append(name.isEmpty() ? "" : ".")
                    .append(new String(query, at + 1, query[at], StandardCharsets.US_ASCII));
        }
        return name.toString();
    }

    private byte[] answer(byte[] query) throws IOException {
        int end = HEADER;
        while (query[end] != 0) {
            end += query[end] + 1;
        }
        end += 5;
        boolean a = query[end - 3] == TYPE_A;
        List<String> found = a ? addresses : List.of();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(query, 0, 2);
        // A response, recursion available; SERVFAIL (2) where there is nothing to say.
        out.write(new byte[] {(byte) 0x81, (byte) (addresses.isEmpty() ? 0x82 : 0x80), 0, 1, 0, (byte) found.size()});
        out.write(new byte[4]);
        out.write(query, HEADER, end - HEADER);
        for (String address : found) {
            // The name is that of the question; type A, class IN, TTL 0, four bytes.
            out.write(new byte[] {(byte) 0xC0, HEADER, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4});
            out.write(InetAddress.getByName(address).getAddress());
        }
        return out.toByteArray();
    }

    @Override
    public void close() {
        socket.close();
    }
}
