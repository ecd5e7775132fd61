package dev.portcullis.dev.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.embedded.core.ExecutableProvider;

@Timeout(60)
class LocalRedisTest {
    private static final LocalRedis.Options EMBEDDED =
            LocalRedis.Options.standard().withSearchPath("");

    @TempDir
    Path temp;

    @Test
    void withoutRedisServerOnThePathTheEmbeddedOneStarts() throws Exception {
        try (var redis = LocalRedis.start(EMBEDDED);
                var talk = RedisTalk.to(redis.url()).authenticated(redis.url())) {
            assertThat(redis.origin()).matches("embedded 6\\.2\\.\\d+");
            assertThat(talk.ask("PING", 1)).isEqualTo("+PONG");
        }
    }

    @Test
    void aRedisServerOnThePathComesFirst() throws Exception {
        script("exec " + embeddedBinary() + " \"$@\"");
        var path = temp.resolve("nothing") + ":" + temp;

        try (var redis = LocalRedis.start(LocalRedis.Options.standard().withSearchPath(path));
                var talk = RedisTalk.to(redis.url()).authenticated(redis.url())) {
            assertThat(redis.origin()).matches("redis-server 6\\.2\\.\\d+ on the PATH");
            assertThat(talk.ask("PING", 1)).isEqualTo("+PONG");
        }
    }

    @Test
    void clientsNeedThePassword() throws Exception {
        try (var redis = LocalRedis.start(EMBEDDED);
                var talk = RedisTalk.to(redis.url())) {
            assertThat(talk.ask("PING", 1)).startsWith("-NOAUTH");
            assertThat(redis.url()).startsWith("redis://:").endsWith("@127.0.0.1:" + redis.port());
        }
    }

    @Test
    void thePasswordIsNeitherOnTheCommandLineNorInToString() throws Exception {
        try (var redis = LocalRedis.start(EMBEDDED)) {
            var password = RedisTalk.password(redis.url()).orElseThrow();
            var commandLine = ProcessHandle.of(redis.pid()).orElseThrow().info().commandLine();
            assertThat(commandLine).isPresent();
            assertThat(commandLine.get()).doesNotContain(password);
            assertThat(redis.toString()).doesNotContain(password);
        }
    }

    @Test
    void thereIsNoPasswordIfNoneIsWanted() throws Exception {
        try (var redis = LocalRedis.start(EMBEDDED.withoutPassword());
                var talk = RedisTalk.to(redis.url())) {
            assertThat(redis.url()).isEqualTo("redis://127.0.0.1:" + redis.port());
            assertThat(talk.ask("PING", 1)).isEqualTo("+PONG");
        }
    }

    @Test
    void nothingIsPersisted() throws Exception {
        try (var redis = LocalRedis.start(EMBEDDED);
                var talk = RedisTalk.to(redis.url()).authenticated(redis.url())) {
            assertThat(talk.ask("CONFIG GET save", 5)).isEqualTo("*2 $4 save $0");
            assertThat(talk.ask("CONFIG GET appendonly", 5)).endsWith(" no");
        }
    }

    @Test
    void closeEndsTheProcessAndRemovesItsFolder() throws Exception {
        var redis = LocalRedis.start(EMBEDDED);
        var folder = folderOf(redis);
        var process = ProcessHandle.of(redis.pid()).orElseThrow();
        assertThat(folder).isDirectory();

        redis.close();
        redis.close();

        assertThat(process.isAlive()).isFalse();
        assertThat(folder).doesNotExist();
    }

    @Test
    void aRedisThatDoesNotHeedSigtermIsKilled() throws Exception {
        var redis =
                LocalRedis.start(new LocalRedis.Options("", 0, true, Duration.ofSeconds(5), Duration.ofMillis(200)));
        var process = ProcessHandle.of(redis.pid()).orElseThrow();
        var stopped = new ProcessBuilder("kill", "-STOP", Long.toString(redis.pid())).start();
        assertThat(stopped.waitFor()).isZero();

        redis.close();

        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void aPausedRedisAnswersNothingUntilItIsResumed() throws Exception {
        try (var redis = LocalRedis.start(EMBEDDED);
                var talk = RedisTalk.to(redis.url()).authenticated(redis.url())) {
            redis.pause();
            assertThatThrownBy(() -> talk.ask("PING", 1)).isInstanceOf(SocketTimeoutException.class);

            redis.resume();
            try (var later = RedisTalk.to(redis.url()).authenticated(redis.url())) {
                assertThat(later.ask("PING", 1)).isEqualTo("+PONG");
            }
        }
    }

    @Test
    void aPausedRedisCanBeClosed() throws Exception {
        var redis = LocalRedis.start(EMBEDDED);
        var process = ProcessHandle.of(redis.pid()).orElseThrow();
        redis.pause();

        redis.close();

        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> LocalRedis.start(EMBEDDED.withPort(taken.getLocalPort())))
                    .isInstanceOf(LocalRedisException.class)
                    .hasMessage("Port " + taken.getLocalPort()
                            + " on 127.0.0.1 is in use: end what listens there, or choose another port.");
        }
    }

    @Test
    void aRedisThatEndsAtOnceIsQuoted() throws Exception {
        script("echo 'libssl.so.3: cannot open shared object file' >&2; exit 127");

        assertThatThrownBy(() -> LocalRedis.start(EMBEDDED.withSearchPath(temp.toString())))
                .isInstanceOf(LocalRedisException.class)
                .hasMessageContaining("redis-server ended at once")
                .hasMessageContaining("install another Redis")
                .hasMessageContaining("libssl.so.3: cannot open shared object file");
    }

    @Test
    void aFileThatCannotRunIsNamed() throws Exception {
        var file = executable("#!" + temp.resolve("no-such-interpreter") + "\n");

        assertThatThrownBy(() -> LocalRedis.start(EMBEDDED.withSearchPath(temp.toString())))
                .isInstanceOf(LocalRedisException.class)
                .hasMessageContaining("Could not run " + file)
                .hasMessageContaining("install Redis 6.2 or newer");
    }

    @Test
    void aRedisThatNeverAnswersIsGivenUpAndEnded() throws Exception {
        var pidFile = temp.resolve("pid");
        script("echo $$ > " + pidFile + "; exec sleep 60");

        assertThatThrownBy(() -> LocalRedis.start(
                        EMBEDDED.withSearchPath(temp.toString()).withStartWait(Duration.ofMillis(500))))
                .isInstanceOf(LocalRedisException.class)
                .hasMessageContaining("did not answer within 500 ms");
        var pid = Long.parseLong(Files.readString(pidFile).strip());
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
    }

    @Test
    void redisDiesWithTheJvmThatStartedIt() throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var jvm = new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), JvmWithRedis.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var pid = Long.parseLong(new String(jvm.getInputStream().readAllBytes()).strip());
        assertThat(jvm.waitFor(30, TimeUnit.SECONDS)).isTrue();

        ProcessHandle.of(pid)
                .ifPresent(
                        redis -> redis.onExit().orTimeout(5, TimeUnit.SECONDS).join());
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
    }

    private void script(String line) throws IOException {
        executable("#!/bin/sh\n" + line + "\n");
    }

    private Path executable(String content) throws IOException {
        var file = Files.writeString(temp.resolve("redis-server"), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private Path embeddedBinary() throws IOException {
        var folder = Files.createDirectory(temp.resolve("embedded"));
        return ExecutableProvider.newJarResourceProvider(folder.toFile()).get().toPath();
    }

    /** Redis runs its configuration from there. */
    private static Path folderOf(LocalRedis redis) throws IOException {
        try (var talk = RedisTalk.to(redis.url()).authenticated(redis.url())) {
            var answer = talk.ask("CONFIG GET dir", 5);
            return Path.of(answer.substring(answer.lastIndexOf(' ') + 1));
        }
    }
}
