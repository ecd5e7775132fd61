package dev.portcullis.testkit;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** The network between a gateway and a server, which can go bad in all the ways that networks do. */
public final class TcpRelay implements AutoCloseable {
    private static final int FULL_MS = 200;
    private static final long CLOSED_NANOS = 2_000_000_000;

    private final Vertx vertx = Vertx.vertx();
    private final NetClient outgoing = vertx.createNetClient();
    private final int target;
    private final int port;
    private final Set<Line> lines = ConcurrentHashMap.newKeySet();
    private final List<Long> connections = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> wall = new ArrayList<>();
    private volatile boolean swallowing;
    private volatile boolean hangingUp;
    private volatile long delayMs;
    private volatile long answerDelayMs;
    private volatile UnaryOperator<Buffer> rewriting = UnaryOperator.identity();
    private Optional<NetServer> server;

    private static final class Line {
        private final NetSocket client;
        private volatile boolean dead;

        Line(NetSocket client) {
            this.client = client;
        }
    }

    private TcpRelay(int target) {
        this.target = target;
        this.port = Ports.free();
        server = Optional.of(listen());
    }

    public static TcpRelay inFrontOf(int port) {
        return new TcpRelay(port);
    }

    public int port() {
        return port;
    }

    /** When connections were asked for, in milliseconds of the system's clock. */
    public List<Long> connections() {
        return List.copyOf(connections);
    }

    /** Takes connections and bytes, and nothing ever comes back; connections of now stay so after {@link #heal}. */
    public void swallow() {
        swallowing = true;
        lines.forEach(line -> line.dead = true);
    }

    /** Not even connections are answered, as when a firewall drops everything. */
    public void swallowAll() {
        swallow();
        stopListening();
        try {
            // Once the queue of a listener that takes nobody is full, the kernel ignores whoever comes.
            wall.add(full());
            for (int i = 0; i < 10 && fill(); i++) {
                continue;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ServerSocket full() throws IOException {
        // A listener that was closed is there until its selector has noticed.
        for (long end = System.nanoTime() + CLOSED_NANOS; ; ) {
            try {
                return new ServerSocket(port, 1, InetAddress.getByName("localhost"));
            } catch (BindException notYet) {
                if (System.nanoTime() > end) {
                    throw notYet;
                }
                Thread.onSpinWait();
            }
        }
    }

    private boolean fill() throws IOException {
        Socket caller = new Socket();
        wall.add(caller);
        try {
            caller.connect(new InetSocketAddress(InetAddress.getByName("localhost"), port), FULL_MS);
            return true;
        } catch (SocketTimeoutException isFull) {
            return false;
        }
    }

    /** Ends every connection, and refuses new ones. */
    public void refuse() {
        stopListening();
        lines.forEach(line -> line.client.close());
    }

    /** Ends every connection, and every new one as soon as it is there. */
    public void hangUp() {
        hangingUp = true;
        lines.forEach(line -> line.client.close());
    }

    /** Everything takes that much longer on its way there. */
    public void delay(long millis) {
        delayMs = millis;
    }

    /** Everything takes that much longer on its way back; what was under way then takes its time even after a change. */
    public void delayAnswers(long millis) {
        answerDelayMs = millis;
    }

    /** What comes back says something else, and must be as long as before. */
    public TcpRelay rewriting(UnaryOperator<Buffer> change) {
        rewriting = change;
        return this;
    }

    public void heal() {
        swallowing = false;
        hangingUp = false;
        delayMs = 0;
        answerDelayMs = 0;
        wall.forEach(TcpRelay::end);
        wall.clear();
        if (server.isEmpty()) {
            server = Optional.of(listen());
        }
    }

    private void stopListening() {
        server.ifPresent(listening -> World.await(listening.close()));
        server = Optional.empty();
    }

    private NetServer listen() {
        return World.await(vertx.createNetServer(
                        new NetServerOptions().setHost("localhost").setPort(port))
                .connectHandler(this::connect)
                .listen());
    }

    private void connect(NetSocket client) {
        connections.add(System.currentTimeMillis());
        if (hangingUp) {
            client.close();
            return;
        }
        Line line = new Line(client);
        line.dead = swallowing;
        lines.add(line);
        client.pause();
        outgoing.connect(target, "localhost").onComplete(reached -> {
            if (reached.failed()) {
                client.close();
                return;
            }
            NetSocket behind = reached.result();
            client.handler(bytes -> forward(line, bytes, behind, delayMs));
            behind.handler(bytes -> forward(line, rewriting.apply(bytes), client, answerDelayMs));
            behind.closeHandler(ended -> {
                if (!line.dead) {
                    client.close();
                }
            });
            client.closeHandler(ended -> {
                lines.remove(line);
                behind.close();
            });
            client.resume();
        });
    }

    private void forward(Line line, Buffer bytes, NetSocket to, long later) {
        if (line.dead) {
            return;
        }
        if (later == 0) {
            to.write(bytes);
        } else {
            vertx.setTimer(later, fired -> to.write(bytes));
        }
    }

    private static void end(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            throw new AssertionError("a socket could not be closed", e);
        }
    }

    @Override
    public void close() {
        wall.forEach(TcpRelay::end);
        World.await(vertx.close());
    }
}
