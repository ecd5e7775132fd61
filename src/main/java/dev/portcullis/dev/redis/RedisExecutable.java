package dev.portcullis.dev.redis;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;

/** A Redis server to run, and where it is from. */
record RedisExecutable(Path file, boolean embedded) {
    private static final String NAME = "redis-server";

    /**
     * The first {@code redis-server} of the search path, else the one that comes with the program.
     *
     * @param unpackInto where the embedded one is put
     */
    static RedisExecutable find(String searchPath, Path unpackInto) throws LocalRedisException {
        var installed = onPath(searchPath);
        if (installed.isPresent()) {
            return new RedisExecutable(installed.get(), false);
        }
        try {
            var file = ExecutableProvider.newJarResourceProvider(unpackInto.toFile())
                    .get();
            return new RedisExecutable(file.toPath(), true);
        } catch (IOException | RuntimeException failure) {
            throw new LocalRedisException(
                    "There is no redis-server on the PATH and no embedded one for "
                            + System.getProperty("os.name") + " on " + System.getProperty("os.arch")
                            + ": install Redis 6.2 or newer, or name a running one.",
                    failure);
        }
    }

    /** As the start-up log should say it. */
    String origin(String version) {
        return embedded ? "embedded " + version : NAME + " " + version + " on the PATH";
    }

    private static Optional<Path> onPath(String searchPath) {
        return Arrays.stream(searchPath.split(File.pathSeparator))
                .filter(folder -> !folder.isBlank())
                .flatMap(RedisExecutable::candidates)
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    private static Stream<Path> candidates(String folder) {
        try {
            return Stream.of(Path.of(folder, NAME), Path.of(folder, NAME + ".exe"));
        } catch (InvalidPathException noFolder) {
            return Stream.empty();
        }
    }
}
