package dev.portcullis.dev.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A Redis of one's own: on 127.0.0.1, in a private temporary folder, with a random password and without persistence. It
 * ends with {@link #close}, or with this JVM.
 */
public final class LocalRedis implements AutoCloseable {
    private static final int ATTEMPTS = 3;
    private static final int PASSWORD_BYTES = 24;
    private static final Duration PROBE_PAUSE = Duration.ofMillis(25);

    private final RedisProcess process;
    private final PrivateFolder folder;
    private final RedisProbe address;
    private final String origin;
    private final Duration stopWait;
    private final Thread shutdownHook;
    private boolean paused;
    private boolean closed;

    private LocalRedis(
            RedisProcess process, PrivateFolder folder, RedisProbe address, String origin, Duration stopWait) {
        this.process = process;
        this.folder = folder;
        this.address = address;
        this.origin = origin;
        this.stopWait = stopWait;
        this.shutdownHook = new Thread(
                () -> {
                    process.kill();
                    folder.remove();
                },
                "local-redis-shutdown");
        Runtime.getRuntime().addShutdownHook(shutdownHook);
    }

    /**
     * How to start it.
     *
     * @param searchPath where to look for a {@code redis-server}, in the form of the PATH variable; empty for the
     *     embedded one at once
     * @param port the port, or 0 for a free one
     * @param password whether clients need the password that {@link LocalRedis#url} carries
     * @param startWait how long Redis may take until it answers
     * @param stopWait how long it may take to end after SIGTERM, before SIGKILL
     */
    public record Options(String searchPath, int port, boolean password, Duration startWait, Duration stopWait) {
        /** The PATH of this process, a free port, a password, 5 seconds to start and 3 to stop. */
        public static Options standard() {
            return new Options(
                    Optional.ofNullable(System.getenv("PATH")).orElse(""),
                    0,
                    true,
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(3));
        }

        public Options withSearchPath(String path) {
            return new Options(path, port, password, startWait, stopWait);
        }

        public Options withPort(int number) {
            return new Options(searchPath, number, password, startWait, stopWait);
        }

        public Options withoutPassword() {
            return new Options(searchPath, port, false, startWait, stopWait);
        }

        public Options withStartWait(Duration wait) {
            return new Options(searchPath, port, password, wait, stopWait);
        }
    }

    /** Starts Redis and waits until it answers. Blocks. */
    public static LocalRedis start(Options options) throws LocalRedisException {
        var folder = PrivateFolder.create();
        var started = false;
        try {
            var redis = start(options, folder);
            started = true;
            return redis;
        } finally {
            if (!started) {
                folder.remove();
            }
        }
    }

    private static LocalRedis start(Options options, PrivateFolder folder) throws LocalRedisException {
        var executable = RedisExecutable.find(options.searchPath(), folder.path());
        for (var attempt = 1; ; attempt++) {
            var port = options.port() == 0 ? freePort() : checkedFree(options.port());
            var address = new RedisProbe(port, options.password() ? Optional.of(newPassword()) : Optional.empty());
            var process =
                    RedisProcess.start(executable.file(), folder.write("redis.conf", configuration(address, folder)));
            var version = awaitReady(process, address, options.startWait());
            if (version.isPresent()) {
                return new LocalRedis(process, folder, address, executable.origin(version.get()), options.stopWait());
            }
            var ended = !process.isAlive();
            process.stop(options.stopWait());
            // Between our finding a free port and Redis' taking it, somebody else may have been quicker.
            var portLost = ended && process.lastLines().stream().anyMatch(line -> line.contains("in use"));
            if (!portLost || options.port() != 0 || attempt == ATTEMPTS) {
                throw notStarted(executable, process, ended, options.startWait());
            }
        }
    }

    private static LocalRedisException notStarted(
            RedisExecutable executable, RedisProcess process, boolean ended, Duration wait) {
        var what = ended ? " ended at once" : " did not answer within " + wait.toMillis() + " ms";
        return LocalRedisException.withOutput(
                executable.file() + what + ": see below, or install another Redis, 6.2 or newer, on the PATH.",
                process.lastLines());
    }

    private static Optional<String> awaitReady(RedisProcess process, RedisProbe address, Duration wait) {
        var deadline = System.nanoTime() + wait.toNanos();
        try {
            while (process.isAlive() && System.nanoTime() < deadline) {
                var version = address.version();
                // An answer counts only while our own process lives: another Redis may hold the port.
                if (version.isPresent() && process.isAlive()) {
                    return version;
                }
                Thread.sleep(PROBE_PAUSE.toMillis());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }

    /** In a file of the private folder, because a command line with the password in it can be read by all users. */
    private static List<String> configuration(RedisProbe address, PrivateFolder folder) {
        var lines = new ArrayList<>(List.of(
                "bind 127.0.0.1",
                "port " + address.port(),
                "dir \"" + folder.path().toString().replace("\\", "\\\\") + "\"",
                "save \"\"",
                "appendonly no",
                "daemonize no",
                "maxmemory-policy noeviction"));
        address.password().ifPresent(password -> lines.add("requirepass " + password));
        return lines;
    }

    private static String newPassword() {
        var bytes = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static int freePort() throws LocalRedisException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException failure) {
            throw new LocalRedisException("No port is free on 127.0.0.1: close some programs.", failure);
        }
    }

    private static int checkedFree(int port) throws LocalRedisException {
        try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException failure) {
            throw new LocalRedisException(
                    "Port " + port + " on 127.0.0.1 is in use: end what listens there, or choose another port.",
                    failure);
        }
    }

    /** For a Redis client; carries the password. */
    public String url() {
        return "redis://"
                + address.password().map(password -> ":" + password + "@").orElse("") + "127.0.0.1:" + address.port();
    }

    public int port() {
        return address.port();
    }

    /** Which Redis this is, for the log: {@code redis-server 7.0.15 on the PATH} or {@code embedded 6.2.11}. */
    public String origin() {
        return origin;
    }

    public long pid() {
        return process.pid();
    }

    /** SIGSTOP: from now on Redis takes connections, as the kernel does that, but answers nothing. Blocks. */
    public synchronized void pause() {
        process.signal("STOP");
        paused = true;
    }

    /** SIGCONT: undoes {@link #pause}. Blocks. */
    public synchronized void resume() {
        process.signal("CONT");
        paused = false;
    }

    /** Ends Redis and removes its folder; nothing happens the second time. Blocks, for twice the stop wait at most. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (paused && process.isAlive()) {
            // A stopped process would not notice SIGTERM.
            process.kill();
        }
        process.stop(stopWait);
        folder.remove();
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException alreadyShuttingDown) {
            // The hook finds nothing left to do.
        }
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "LocalRedis[" + origin + ", port " + port() + ", pid " + pid() + "]";
    }
}
