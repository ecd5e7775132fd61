package dev.portcullis.testkit;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A gateway as a process of its own: {@code portcullis serve} on the class path of the tests. */
final class GatewayProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(40);

    private final ProcessBuilder command;
    private final String origin;
    private final Path output;
    private Process process;

    private GatewayProcess(ProcessBuilder command, String origin, Path output) throws IOException {
        this.command = command;
        this.origin = origin;
        this.output = output;
        this.process = command.start();
        awaitAnswer();
    }

    /**
     * Starts it and waits until it answers; what it writes goes to a file in {@code directory}.
     *
     * @param arrange what is to be different about the process
     */
    static GatewayProcess start(
            Path directory, String name, JsonObject configuration, String origin, Consumer<ProcessBuilder> arrange) {
        try {
            // JSON is YAML.
            Path file = Files.writeString(directory.resolve(name + ".yaml"), configuration.encode());
            Path output = directory.resolve(name + ".log");
            String classPath =
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path", ""));
            ProcessBuilder command = new ProcessBuilder(
                            Path.of(System.getProperty("java.home", ""), "bin", "java")
                                    .toString(),
                            "-Xmx192m",
                            "-cp",
                            classPath,
                            "dev.portcullis.Portcullis",
                            "serve",
                            "--config",
                            file.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
            arrange.accept(command);
            return new GatewayProcess(command, origin, output);
        } catch (IOException e) {
            throw new AssertionError("a gateway process could not be started", e);
        }
    }

    private void awaitAnswer() throws IOException {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest probe = HttpRequest.newBuilder(URI.create(origin + "/.well-known/jwks.json"))
                .timeout(Duration.ofSeconds(5))
                .build();
        Instant deadline = Instant.now().plus(START);
        try {
            while (process.isAlive() && Instant.now().isBefore(deadline)) {
                try {
                    if (client.send(probe, HttpResponse.BodyHandlers.discarding())
                                    .statusCode()
                            == 200) {
                        return;
                    }
                } catch (ConnectException notYet) {
                    TimeUnit.MILLISECONDS.sleep(50);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        close();
        List<String> lines = Files.exists(output) ? Files.readAllLines(output) : List.of();
        throw new AssertionError("a gateway process does not answer: "
                + String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size())));
    }

    /** SIGTERM; completes with the exit status. */
    CompletableFuture<Integer> terminate() {
        process.destroy();
        return process.onExit().thenApply(Process::exitValue);
    }

    /** SIGKILL; returns when it is gone. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** After its end: with the same configuration. Waits until it answers. */
    void restart() {
        try {
            process = command.start();
            awaitAnswer();
        } catch (IOException e) {
            throw new AssertionError("a gateway process could not be started", e);
        }
    }

    /** What it writes to standard output, where that is a pipe. */
    InputStream output() {
        return process.getInputStream();
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(15, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
