package dev.portcullis.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces {@code ${NAME}}, {@code ${NAME:-fallback}} and {@code ${file:/path}} in a configuration value. A file's content is taken without
 * the line break at its end, because editors and secret mounts add one. {@code $$} stands for one dollar sign.
 */
final class Interpolation {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\$|\\$\\{([^}]*)}");

    private final Map<String, String> environment;

    Interpolation(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Throws {@link IllegalArgumentException} with a message for the operator if a reference leads nowhere. */
    String resolve(String value) {
        if (value.indexOf('$') < 0) {
            return value;
        }
        Matcher matcher = REFERENCE.matcher(value);
        StringBuilder resolved = new StringBuilder();
        while (matcher.find()) {
            String reference = matcher.group(1);
            matcher.appendReplacement(resolved, Matcher.quoteReplacement(reference == null ? "$" : lookUp(reference)));
        }
        return matcher.appendTail(resolved).toString();
    }

    private String lookUp(String reference) {
        if (reference.startsWith("file:")) {
            return readFile(reference.substring("file:".length()));
        }
        int fallback = reference.indexOf(":-");
        String name = fallback < 0 ? reference : reference.substring(0, fallback);
        String value = environment.get(name);
        if (value != null && !value.isEmpty()) {
            return value;
        }
        if (fallback >= 0) {
            return reference.substring(fallback + 2);
        }
        throw new IllegalArgumentException("the environment variable " + name + " is not set; set it, or write ${"
                + name + ":-fallback}, or read a file with ${file:/path}");
    }

    private static String readFile(String path) {
        try {
            return Files.readString(Path.of(path)).replaceFirst("\\R\\z", "");
        } catch (IOException | InvalidPathException e) {
            throw new IllegalArgumentException(
                    "the file " + path + " cannot be read; check that it exists and that this user may read it", e);
        }
    }
}
