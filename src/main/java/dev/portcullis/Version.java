package dev.portcullis;

import java.util.Optional;
import picocli.CommandLine;

/** Which build this is, as the manifest of the jar has it; {@code development} outside of a jar. */
final class Version implements CommandLine.IVersionProvider {
    static String ofThisBuild() {
        return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    @Override
    public String[] getVersion() {
        return new String[] {"portcullis " + ofThisBuild()};
    }
}
