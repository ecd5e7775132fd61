package dev.portcullis.audit;

import java.util.Collection;
import java.util.stream.Collectors;

/**
 * Names of tools as a client wrote them, in the length that a line has room for: those of real tools have at most 128 characters (MCP 2025-11-25
 * "Tool Names").
 */
public final class ToolNames {
    private static final int LONGEST = 128;
    private static final int MOST = 8;

    private ToolNames() {}

    public static String of(Collection<String> names) {
        String named = names.stream().limit(MOST).map(ToolNames::cut).collect(Collectors.joining(", "));
        return names.size() <= MOST ? named : named + " and " + (names.size() - MOST) + " more";
    }

    private static String cut(String name) {
        return name.codePointCount(0, name.length()) <= LONGEST
                ? name
                : name.substring(0, name.offsetByCodePoints(0, LONGEST)) + "…";
    }
}
