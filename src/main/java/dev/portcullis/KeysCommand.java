package dev.portcullis;

import dev.portcullis.crypto.KeyDirectory;
import dev.portcullis.crypto.KeyException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** {@code portcullis keys --out DIR}. */
@CommandLine.Command(
        name = "keys",
        mixinStandardHelpOptions = true,
        description = "Adds a new signing, sealing and registration key to a key directory.")
final class KeysCommand implements Callable<Integer> {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @CommandLine.Option(names = "--out", required = true, description = "The directory; made if it is not there.")
    private Path out = Path.of("keys");

    @Override
    public Integer call() {
        PrintWriter print = spec.commandLine().getOut();
        try {
            new KeyDirectory(out, InstantSource.system()).add().forEach(print::println);
            return 0;
        } catch (KeyException e) {
            spec.commandLine().getErr().println(e.getMessage());
            return 1;
        }
    }
}
