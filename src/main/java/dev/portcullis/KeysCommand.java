package dev.portcullis;

import dev.portcullis.crypto.KeyDirectory;
import dev.portcullis.crypto.KeyException;
import dev.portcullis.crypto.KeyPurpose;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** {@code portcullis keys}: makes, rotates and distrusts keys. Gateways that run follow by themselves. */
@CommandLine.Command(
        name = "keys",
        mixinStandardHelpOptions = true,
        description = "Makes the keys of a gateway; adds a key that takes over later; takes all worth from a key.")
final class KeysCommand implements Callable<Integer> {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @CommandLine.Option(names = "--out", required = true, description = "The directory; made if it is not there.")
    private Path out = Path.of("keys");

    @CommandLine.Option(
            names = "--rotate",
            paramLabel = "PURPOSE",
            description = "Adds a key for ${COMPLETION-CANDIDATES}.")
    private Optional<KeyPurpose> rotate = Optional.empty();

    @CommandLine.Option(
            names = "--distrust",
            paramLabel = "KEYID",
            description = "Emergency: everything this key signed or sealed is refused from now on.")
    private Optional<String> distrust = Optional.empty();

    @CommandLine.Option(
            names = "--lead",
            defaultValue = "10m",
            converter = Lead.class,
            description =
                    "How long a new key is published before it is used, so that every replica and reader of the key set has it (default: ${DEFAULT-VALUE}).")
    private Duration lead = Duration.ofMinutes(10);

    @Override
    public Integer call() {
        PrintWriter print = spec.commandLine().getOut();
        if (rotate.isPresent() && distrust.isPresent()) {
            throw new CommandLine.ParameterException(spec.commandLine(), "Either --rotate or --distrust.");
        }
        KeyDirectory directory = new KeyDirectory(out, InstantSource.system());
        try {
            files(directory).forEach(print::println);
            print.flush();
            return 0;
        } catch (KeyException e) {
            spec.commandLine().getErr().println(e.getMessage());
            return 1;
        }
    }

    private List<Path> files(KeyDirectory directory) {
        if (rotate.isPresent()) {
            return List.of(directory.add(rotate.get(), lead));
        }
        return distrust.isPresent() ? directory.distrust(distrust.get()) : directory.create();
    }

    /** Times as in the configuration: {@code 30s}, {@code 10m}, {@code 1h}. */
    static final class Lead implements CommandLine.ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                Duration lead = Duration.parse("PT" + text);
                if (!lead.isNegative()) {
                    return lead;
                }
            } catch (DateTimeParseException e) {
                // Answered below, like a negative time.
            }
            throw new CommandLine.TypeConversionException(text + " is not a time such as 30s, 10m or 1h");
        }
    }
}
