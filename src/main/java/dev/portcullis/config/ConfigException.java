package dev.portcullis.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used, with everything that is wrong with it. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    public ConfigException(String source, List<Problem> problems) {
        super(source
                + problems.stream()
                        .map(Problem::toString)
                        .collect(Collectors.joining("\n  - ", " cannot be used:\n  - ", "")));
        this.problems = List.copyOf(problems);
    }

    /** In the order of the file's own sections. */
    public List<Problem> problems() {
        return problems;
    }
}
