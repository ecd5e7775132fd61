package dev.portcullis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** Stands for {@code dev} in a build without the development world, so that it is not just an unknown word. */
@CommandLine.Command(name = "dev", hidden = true, description = "Is not part of this build.")
final class AbsentDevCommand implements Callable<Integer> {
    static final String EXPLANATION = "This build has no dev command; an image that has it is built with"
            + " --build-arg DEV=true, a jar without the Maven profile production.";

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    /** Whatever was meant for the command that is not there. */
    @CommandLine.Unmatched
    private List<String> meant = new ArrayList<>();

    @Override
    public Integer call() {
        spec.commandLine().getErr().println(EXPLANATION);
        return 1;
    }
}
