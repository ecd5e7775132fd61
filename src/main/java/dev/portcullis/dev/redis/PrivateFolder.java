package dev.portcullis.dev.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A temporary folder that only this user can read. */
record PrivateFolder(Path path) {
    static PrivateFolder create() throws LocalRedisException {
        try {
            // Owner-only where the file system knows owners (Files.createTempDirectory).
            return new PrivateFolder(Files.createTempDirectory("portcullis-redis-"));
        } catch (IOException failure) {
            throw cannotWrite(failure);
        }
    }

    Path write(String name, List<String> lines) throws LocalRedisException {
        try {
            return Files.write(path.resolve(name), lines);
        } catch (IOException failure) {
            throw cannotWrite(failure);
        }
    }

    /** Removes it with all it holds, as far as that is possible. */
    void remove() {
        try (Stream<Path> tree = Files.walk(path)) {
            for (var entry : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(entry);
            }
        } catch (IOException | UncheckedIOException leftover) {
            path.toFile().deleteOnExit();
        }
    }

    private static LocalRedisException cannotWrite(IOException failure) {
        return new LocalRedisException(
                "Could not write to the temporary folder " + System.getProperty("java.io.tmpdir") + " ("
                        + failure.getMessage() + "): make room there, or name another with -Djava.io.tmpdir.",
                failure);
    }
}
