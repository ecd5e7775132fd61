package dev.portcullis;

import picocli.CommandLine;

/** The program: one command, several subcommands. */
@CommandLine.Command(
        name = "portcullis",
        mixinStandardHelpOptions = true,
        description = "The front door for MCP servers.")
public final class Portcullis {
    private Portcullis() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Portcullis()).execute(args));
    }
}
