package dev.portcullis.dev.redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The child process, and the last lines it wrote. */
final class RedisProcess {
    private static final int KEPT_LINES = 12;
    private static final int LONGEST_LINE = 400;
    private static final Duration SIGNAL_WAIT = Duration.ofSeconds(2);

    private final Process process;
    private final Deque<String> lastLines = new ArrayDeque<>();
    private final Thread reader;

    private RedisProcess(Process process) {
        this.process = process;
        this.reader = new Thread(this::readOutput, "local-redis-output");
        reader.setDaemon(true);
        reader.start();
    }

    static RedisProcess start(Path executable, Path configuration) throws LocalRedisException {
        try {
            return new RedisProcess(new ProcessBuilder(executable.toString(), configuration.toString())
                    .redirectErrorStream(true)
                    .start());
        } catch (IOException failure) {
            throw new LocalRedisException(
                    "Could not run " + executable + " (" + failure.getMessage()
                            + "): install Redis 6.2 or newer so that redis-server is on the PATH.",
                    failure);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What it wrote last; all of it if it has ended. */
    List<String> lastLines() {
        if (!process.isAlive()) {
            try {
                reader.join(SIGNAL_WAIT.toMillis());
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        synchronized (lastLines) {
            return List.copyOf(lastLines);
        }
    }

    /** SIGTERM, and SIGKILL if that is not enough. */
    void stop(Duration wait) {
        if (!process.isAlive()) {
            // Its output may not be read yet, and destroying even an ended process closes that.
            return;
        }
        process.destroy();
        try {
            if (process.waitFor(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
            process.destroyForcibly().waitFor(wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    void kill() {
        process.destroyForcibly();
    }

    /** Sends a signal Java has no method for. Works where there is a {@code kill} command. */
    void signal(String name) {
        try {
            var kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
            if (!kill.waitFor(SIGNAL_WAIT.toMillis(), TimeUnit.MILLISECONDS) || kill.exitValue() != 0) {
                throw new IllegalStateException("SIG" + name + " did not reach Redis, process " + pid());
            }
        } catch (IOException failure) {
            throw new IllegalStateException("no kill command on this machine", failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }

    private void readOutput() {
        try (var output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = output.readLine(); line != null; line = output.readLine()) {
                keep(line);
            }
        } catch (IOException closed) {
            // The process has ended.
        }
    }

    private void keep(String line) {
        if (line.isBlank()) {
            return;
        }
        synchronized (lastLines) {
            lastLines.addLast(line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE));
            if (lastLines.size() > KEPT_LINES) {
                lastLines.removeFirst();
            }
        }
    }
}
