package dev.portcullis.dev.redis;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;

/**
 * A Redis of its own process, port, folder and password; keeps nothing on disk and ends with this program. A {@code redis-server} on the
 * search path is preferred, because it is the one people run; otherwise the embedded binary. Blocking: not for an event loop.
 */
public final class LocalRedis implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String BINARY = "redis-server";

    private final Process process;
    private final Path folder;
    private final int port;
    private final String password;
    private final String origin;
    private final Thread atExit = new Thread(this::stop, "local-redis-stop");

    private LocalRedis(Process process, Path folder, int port, String password, String origin) {
        this.process = process;
        this.folder = folder;
        this.port = port;
        this.password = password;
        this.origin = origin;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Looks on the {@code PATH} of this process. */
    public static LocalRedis start() {
        return start(System.getenv().getOrDefault("PATH", ""));
    }

    /** @param searchPath directories, separated as in {@code PATH} */
    public static LocalRedis start(String searchPath) {
        try {
            Path folder = Files.createTempDirectory("portcullis-redis-");
            Optional<Path> found = find(searchPath);
            Path binary = found.isPresent() ? found.get() : embedded(folder);
            int port = freePort();
            String password = password();
            Process process = launch(binary, folder, port, password);
            LocalRedis redis =
                    new LocalRedis(process, folder, port, password, found.isPresent() ? binary.toString() : "embedded");
            redis.awaitReady();
            return redis;
        } catch (IOException e) {
            throw new LocalRedisException(
                    "no Redis could be started (" + e.getMessage()
                            + "); install redis-server, or use serve with a Redis of yours",
                    e);
        }
    }

    /** With the password: a secret. */
    public String url() {
        return "redis://:" + password + "@127.0.0.1:" + port;
    }

    /** The path of the binary, or {@code embedded}. */
    public String origin() {
        return origin;
    }

    public long pid() {
        return process.pid();
    }

    /** Freezes the server as it is, connections and all. */
    public void pause() {
        signal("STOP");
    }

    public void resume() {
        signal("CONT");
    }

    /** Ends the server and removes its folder. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The program is ending: the hook is running, or about to, and stop() may be called twice.
        }
        stop();
    }

    private void stop() {
        process.destroy();
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(2, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            // A left-over temporary folder harms nobody.
        }
    }

    private void awaitReady() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            if (!process.isAlive()) {
                break;
            }
            if (answers()) {
                return;
            }
            pauseBriefly();
        }
        String output = lastOutput();
        stop();
        throw new LocalRedisException("the Redis at " + origin + " did not start; it said: " + output);
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
            socket.setSoTimeout(500);
            OutputStream out = socket.getOutputStream();
            out.write(("AUTH " + password + "\r\nPING\r\n").getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            return new String(in.readNBytes("+OK\r\n+PONG".length()), StandardCharsets.US_ASCII).endsWith("+PONG");
        } catch (IOException e) {
            return false;
        }
    }

    private String lastOutput() {
        try {
            List<String> lines = Files.readAllLines(folder.resolve("log"));
            return String.join(" / ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
        } catch (IOException e) {
            return "nothing";
        }
    }

    private void signal(String signal) {
        try {
            new ProcessBuilder("kill", "-" + signal, String.valueOf(pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new LocalRedisException("cannot send SIG" + signal, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Process launch(Path binary, Path folder, int port, String password) throws IOException {
        return new ProcessBuilder(
                        binary.toString(),
                        "--port",
                        String.valueOf(port),
                        "--bind",
                        "127.0.0.1",
                        "--dir",
                        folder.toString(),
                        "--save",
                        "",
                        "--appendonly",
                        "no",
                        "--maxmemory-policy",
                        "noeviction",
                        "--requirepass",
                        password)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private static Optional<Path> find(String searchPath) {
        return Stream.of(searchPath.split(File.pathSeparator))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, BINARY))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static Path embedded(Path folder) throws IOException {
        return ExecutableProvider.newJarResourceProvider(folder.toFile()).get().toPath();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String password() {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static void pauseBriefly() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
