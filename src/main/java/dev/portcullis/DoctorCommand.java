package dev.portcullis;

import dev.portcullis.doctor.Doctor;
import dev.portcullis.doctor.Report;
import dev.portcullis.doctor.Subject;
import dev.portcullis.doctor.Table;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/** {@code portcullis doctor --config FILE}: what is wrong around a gateway, and what to do about it. */
@CommandLine.Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = "Checks, from where it runs, everything a gateway depends on, and says what to do.",
        footer = "Exit codes: 0 all is well; 1 warnings, with --strict; 2 something does not work.")
final class DoctorCommand implements Callable<Integer> {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @CommandLine.Option(
            names = "--config",
            required = true,
            description = "The configuration of the gateway, such as conf/gateway.yaml.")
    private Path config = Path.of("conf/gateway.yaml");

    @CommandLine.Option(names = "--json", description = "For programs: one JSON object.")
    private boolean json;

    @CommandLine.Option(names = "--strict", description = "Warnings count: exit code 1.")
    private boolean strict;

    @CommandLine.Option(
            names = "--timeout",
            defaultValue = "5s",
            converter = KeysCommand.Lead.class,
            description = "For each check; they run at the same time (default: ${DEFAULT-VALUE}).")
    private Duration timeout = Duration.ofSeconds(5);

    @CommandLine.Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "PEM certificates to trust at the public URL, where those are not of a public authority.")
    private Optional<Path> ca = Optional.empty();

    @CommandLine.Option(
            names = "--skip",
            paramLabel = "SUBJECT",
            description = "Leaves one out: ${COMPLETION-CANDIDATES}; may be repeated.")
    private Set<Subject> skip = EnumSet.noneOf(Subject.class);

    @Override
    public Integer call() throws Exception {
        if (timeout.isZero()) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--timeout must be longer than that.");
        }
        Vertx vertx = Vertx.vertx();
        try {
            Report report = new Doctor(
                            vertx,
                            new Doctor.Options(config, System.getenv(), timeout, ca, skip),
                            InstantSource.system())
                    .examine();
            print(report);
            return report.exitCode(strict);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
        }
    }

    private void print(Report report) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(
                json
                        ? report.json().encodePrettily() + "\n"
                        : new Table(isUnicode(), CommandLine.Help.Ansi.AUTO.enabled()).of(report));
        out.flush();
    }

    private static boolean isUnicode() {
        String name = System.getProperty("stdout.encoding", System.getProperty("native.encoding", "US-ASCII"));
        return Charset.isSupported(name) && Charset.forName(name).equals(StandardCharsets.UTF_8);
    }
}
