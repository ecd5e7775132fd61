package dev.portcullis.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** What the processes of tests wrote, in {@code target/logs} until the next clean: for whoever has to find out why one of them failed. */
final class KeptLogs {
    private static final Path FOLDER = Path.of("target", "logs");
    // Bytes, of the end of each.
    private static final long MOST = 4L << 20;

    private KeptLogs() {}

    /** To be called before this folder of processes is deleted. */
    static void keep(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> logs =
                    files.filter(file -> file.toString().endsWith("log")).toList();
            Files.createDirectories(FOLDER);
            for (Path log : logs) {
                copy(log, FOLDER.resolve(directory.getFileName() + "-" + log.getFileName()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path log, Path kept) throws IOException {
        try (FileChannel from = FileChannel.open(log);
                FileChannel to = FileChannel.open(
                        kept,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            long skipped = Math.max(0, from.size() - MOST);
            from.transferTo(skipped, MOST, to);
        }
    }
}
