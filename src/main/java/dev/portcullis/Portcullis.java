package dev.portcullis;

import picocli.CommandLine;

/** The program: one command, several subcommands. */
@CommandLine.Command(
        name = "portcullis",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "The front door for MCP servers.",
        subcommands = {ServeCommand.class, KeysCommand.class, DoctorCommand.class})
public final class Portcullis {
    private Portcullis() {}

    /** Exit codes: 0 done, 1 could not run, 2 wrong usage; those of {@code doctor} are its own. */
    public static void main(String[] args) {
        Logs.choose(args);
        int status = new CommandLine(new Portcullis())
                .addSubcommand(dev())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args);
        // A command that goes on in the background answers 0; ending the process is then up to a signal.
        if (status != 0) {
            System.exit(status);
        }
    }

    /** The profile {@code production} of the build leaves the class out, with all that it alone needs. */
    private static Object dev() {
        try {
            return new DevCommand();
        } catch (NoClassDefFoundError notInThisBuild) {
            return new AbsentDevCommand();
        }
    }
}
