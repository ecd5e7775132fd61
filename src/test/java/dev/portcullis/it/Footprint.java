package dev.portcullis.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What a Java process has at a moment, as Linux and {@code jcmd} tell it.
 *
 * @param liveHeap bytes that are left after a full collection
 * @param resident bytes
 * @param files open ones, sockets included
 */
record Footprint(long liveHeap, long resident, long files, long threads) {

    static Footprint of(long pid) {
        // The histogram of live objects costs a full collection; its last line is their sum.
        String histogram = run("jcmd", Long.toString(pid), "GC.class_histogram");
        String total = histogram
                .lines()
                .filter(line -> line.startsWith("Total"))
                .findFirst()
                .orElseThrow(
                        () -> new AssertionError(histogram.lines().findFirst().orElse("nothing")));
        return new Footprint(
                Long.parseLong(total.trim().split("\\s+")[2]),
                status(pid, "VmRSS") * 1024,
                files(pid),
                status(pid, "Threads"));
    }

    private static long status(long pid, String field) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            return lines.filter(line -> line.startsWith(field + ":"))
                    .map(line -> line.split("\\s+")[1])
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long files(long pid) {
        try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String run(String tool, String... arguments) {
        Path home = Path.of(System.getProperty("java.home", ""), "bin", tool);
        List<String> command =
                Stream.concat(Stream.of(home.toString()), Stream.of(arguments)).toList();
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%.1f MB live, %.0f MB resident, %d files, %d threads",
                liveHeap / 1e6,
                resident / 1e6,
                files,
                threads);
    }
}
