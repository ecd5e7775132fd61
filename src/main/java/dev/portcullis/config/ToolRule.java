package dev.portcullis.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One rule over the tools of an upstream. The first rule that matches a tool's name decides; a tool that none matches is for everybody.
 *
 * @param match a tool name, in which {@code *} stands for any characters
 * @param requirement of those who may call it
 * @param value the scope or group; empty for the other requirements
 */
public record ToolRule(String match, Requirement requirement, String value) {

    /** What it takes to call a tool. */
    public enum Requirement {
        NOTHING,
        SCOPE,
        GROUP,
        /** Nobody may. */
        IMPOSSIBLE
    }

    static List<ToolRule> read(List<Section> sections) {
        List<ToolRule> rules = new ArrayList<>();
        for (Section section : sections) {
            rules.add(read(section));
        }
        return List.copyOf(rules);
    }

    private static ToolRule read(Section section) {
        String match = section.text("match");
        Optional<String> scope = section.optionalText("requireScope");
        Optional<String> group = section.optionalText("requireGroup");
        boolean allow = section.flag("allow", false);
        boolean deny = section.flag("deny", false);
        int choices = (scope.isPresent() ? 1 : 0) + (group.isPresent() ? 1 : 0) + (allow ? 1 : 0) + (deny ? 1 : 0);
        if (choices != 1) {
            section.problem(
                    "match", "needs exactly one of requireScope, requireGroup, allow: true and deny: true beside it");
        }
        scope.filter(token -> !UpstreamsReader.isScope(token))
                .ifPresent(token ->
                        section.problem("requireScope", "must be one scope, without spaces, quotes and backslashes"));
        section.refuseUnknownKeys();
        if (scope.isPresent()) {
            return new ToolRule(match, Requirement.SCOPE, scope.get());
        }
        if (group.isPresent()) {
            return new ToolRule(match, Requirement.GROUP, group.get());
        }
        return new ToolRule(match, allow ? Requirement.NOTHING : Requirement.IMPOSSIBLE, "");
    }
}
