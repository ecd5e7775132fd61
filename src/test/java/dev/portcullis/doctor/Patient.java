package dev.portcullis.doctor;

import dev.portcullis.crypto.KeyDirectory;
import dev.portcullis.testkit.FrontProxy;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RedisServer;
import dev.portcullis.testkit.World;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A healthy world behind a proxy, and what a test does to it. */
final class Patient implements AutoCloseable {
    static final String REDIS_PASSWORD = "r3dis-passw0rd";

    private final Path directory;
    private final List<AutoCloseable> ailments = new ArrayList<>();
    final FrontProxy proxy = FrontProxy.start();
    final RedisServer redis;
    final World world;
    JsonObject yaml = new JsonObject();
    Duration clockAhead = Duration.ZERO;
    Optional<Path> ca = Optional.empty();

    Patient() {
        try {
            directory = Files.createTempDirectory("portcullis-doctor");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        redis = RedisServer.start(
                Ports.free(), Optional.of(REDIS_PASSWORD), "appendonly yes", "maxmemory-policy noeviction");
        // In use by any clock that a test sets back.
        new KeyDirectory(keys(), () -> Instant.now().minus(Duration.ofHours(1))).create();
        KeyDirectory keys = new KeyDirectory(keys(), InstantSource.system());
        world = World.startBehind("http://localhost:" + proxy.port(), keys.read(), yaml -> {
            yaml.getJsonObject("redis").put("url", "redis://:" + REDIS_PASSWORD + "@" + redis.address());
            yaml.getJsonObject("keys").put("directory", keys().toString());
        });
        proxy.to(world.configuration().getJsonObject("listen").getInteger("port"));
        recover();
    }

    /** Everything as it was in the beginning. */
    void recover() {
        yaml = world.configuration();
        clockAhead = Duration.ZERO;
        ca = Optional.empty();
        proxy.habit(FrontProxy.Habit.NONE);
        world.cognito().faults().clear();
        for (AutoCloseable ailment : ailments) {
            try {
                ailment.close();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
        ailments.clear();
    }

    /** Something that is there until it {@link #recover}s. */
    <T extends AutoCloseable> T with(T ailment) {
        ailments.add(ailment);
        return ailment;
    }

    Path keys() {
        return directory.resolve("keys");
    }

    Path folder(String name) {
        return directory.resolve(name);
    }

    JsonObject section(String name) {
        return yaml.getJsonObject(name);
    }

    Patient upstream(String url) {
        section("upstreams").put("demo", new JsonObject().put("url", url));
        return this;
    }

    Path file() {
        try {
            return Files.writeString(directory.resolve("gateway.yaml"), yaml.encodePrettily());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Looks at one subject, or at all there are if none is named. */
    Report examine(Optional<Subject> only) {
        Set<Subject> skip = EnumSet.noneOf(Subject.class);
        only.ifPresent(subject -> {
            skip.addAll(EnumSet.complementOf(EnumSet.of(subject, Subject.KEYS)));
        });
        Vertx vertx = Vertx.vertx();
        try {
            return new Doctor(
                            vertx,
                            new Doctor.Options(file(), Map.of(), Duration.ofSeconds(5), ca, skip),
                            () -> InstantSource.system().instant().plus(clockAhead))
                    .examine();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            try {
                vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    @Override
    public void close() {
        recover();
        world.close();
        redis.close();
        proxy.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
