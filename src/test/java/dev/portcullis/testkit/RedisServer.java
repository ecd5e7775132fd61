package dev.portcullis.testkit;

import io.vertx.core.buffer.Buffer;
import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import redis.embedded.core.ExecutableProvider;

/**
 * A {@code redis-server} process on 127.0.0.1 with a configuration of a test's own: the one on the PATH, else, and
 * where {@code REDIS_SERVER=embedded} says so, the embedded one. Commands are sent to it over connections of their own, without a client
 * library.
 */
public final class RedisServer implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(10);
    private static final int ANSWER_MS = 5000;

    private final Path directory;
    private final int port;
    private final Optional<String> password;
    private final boolean sentinel;
    private Process process;

    private RedisServer(Path directory, int port, Optional<String> password, boolean sentinel) throws IOException {
        this.directory = directory;
        this.port = port;
        this.password = password;
        this.sentinel = sentinel;
        this.process = launch();
        awaitAnswer();
    }

    /** @param configuration lines of it, besides port and folder */
    public static RedisServer start(int port, Optional<String> password, String... configuration) {
        return start(port, password, false, configuration);
    }

    static RedisServer startSentinel(int port, Optional<String> password, String... configuration) {
        return start(port, password, true, configuration);
    }

    private static RedisServer start(int port, Optional<String> password, boolean sentinel, String... configuration) {
        try {
            Path directory = Files.createTempDirectory("portcullis-test-redis");
            List<String> lines = new ArrayList<>(
                    List.of("bind 127.0.0.1", "port " + port, "dir " + directory, "daemonize no", "protected-mode no"));
            if (!sentinel) {
                // Else a replica waits five seconds for others, and may be chosen before it has anything.
                lines.addAll(List.of("save \"\"", "appendonly no", "repl-diskless-sync-delay 0"));
            }
            password.map(secret -> '"' + secret + '"').ifPresent(secret -> {
                lines.add("requirepass " + secret);
                if (!sentinel) {
                    lines.add("masterauth " + secret);
                }
            });
            lines.addAll(Arrays.asList(configuration));
            Files.write(directory.resolve("redis.conf"), lines);
            return new RedisServer(directory, port, password, sentinel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process launch() throws IOException {
        List<String> command = new ArrayList<>(
                List.of(executable(), directory.resolve("redis.conf").toString()));
        if (sentinel) {
            command.add("--sentinel");
        }
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log").toFile()))
                .start();
    }

    private static String executable() {
        return Holder.EXECUTABLE;
    }

    private static final class Holder {
        static final String EXECUTABLE = find();

        private static String find() {
            // So that a run can show what happens on a machine where none is installed.
            if ("embedded".equals(System.getenv("REDIS_SERVER"))) {
                return unpack();
            }
            return Arrays.stream(Optional.ofNullable(System.getenv("PATH"))
                            .orElse("")
                            .split(File.pathSeparator))
                    .map(folder -> new File(folder, "redis-server"))
                    .filter(File::canExecute)
                    .map(File::getPath)
                    .findFirst()
                    .orElseGet(Holder::unpack);
        }

        private static String unpack() {
            try {
                Path folder = Files.createTempDirectory("portcullis-test-redis-binary");
                File file = ExecutableProvider.newJarResourceProvider(folder.toFile())
                        .get();
                file.deleteOnExit();
                folder.toFile().deleteOnExit();
                return file.getPath();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void awaitAnswer() throws IOException {
        Instant deadline = Instant.now().plus(START);
        while (process.isAlive() && Instant.now().isBefore(deadline)) {
            try {
                if (ask("PING").contains("PONG")) {
                    return;
                }
            } catch (UncheckedIOException notYet) {
                pause(20);
            }
        }
        String log = Files.readString(directory.resolve("log"));
        close();
        throw new AssertionError("a Redis did not start: " + log);
    }

    public int port() {
        return port;
    }

    public String address() {
        return "127.0.0.1:" + port;
    }

    /** What it answers to one command, arrays as lines. */
    public String ask(String... command) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), ANSWER_MS);
            socket.setSoTimeout(ANSWER_MS);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            if (password.isPresent()) {
                socket.getOutputStream().write(encode("AUTH", password.get()));
                read(in);
            }
            socket.getOutputStream().write(encode(command));
            return read(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] encode(String... command) {
        Buffer encoded = Buffer.buffer("*" + command.length + "\r\n");
        for (String word : command) {
            encoded.appendString("$" + word.getBytes(StandardCharsets.UTF_8).length + "\r\n" + word + "\r\n");
        }
        return encoded.getBytes();
    }

    private static String read(InputStream in) throws IOException {
        String line = line(in);
        int count = line.startsWith("$") || line.startsWith("*") ? Integer.parseInt(line.substring(1)) : 0;
        if (line.startsWith("$")) {
            return count < 0 ? "" : new String(in.readNBytes(count + 2), StandardCharsets.UTF_8).trim();
        }
        if (line.startsWith("*")) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < count; i++) {
                all.append(read(in)).append('\n');
            }
            return all.toString();
        }
        return line.substring(1);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("the server ended the connection");
            }
            line.append((char) next);
        }
        return line.toString().trim();
    }

    /** What it wrote so far. */
    public String log() {
        try {
            return Files.readString(directory.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A field of {@code INFO}, empty where it is not there. */
    public String info(String field) {
        return info().lines()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1).trim())
                .findFirst()
                .orElse("");
    }

    /** Sentinels end all connections of a server whose role they change. */
    private String info() {
        try {
            return ask("INFO");
        } catch (UncheckedIOException cut) {
            return ask("INFO");
        }
    }

    /** SIGKILL. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** SIGSTOP: connections are taken, as the kernel does that, and nothing is answered. */
    public void freeze() {
        signal("STOP");
    }

    public void thaw() {
        signal("CONT");
    }

    /** After {@link #kill}: with the same configuration, and nothing in it. */
    public void restart() {
        try {
            process = launch();
            awaitAnswer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void signal(String name) {
        try {
            int status = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new AssertionError("SIG" + name + " did not arrive");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        kill();
        World.delete(directory);
    }

    private static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
