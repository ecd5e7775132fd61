package dev.portcullis.config;

import java.util.List;

/**
 * Who may use which tools of an upstream. Without rules its messages are not looked into.
 *
 * @param maxInspectedBytes of a request, of an answer and of an event that has to be read whole
 */
public record ToolPolicy(List<ToolRule> rules, int maxInspectedBytes) {

    static ToolPolicy read(Section upstream) {
        return new ToolPolicy(
                ToolRule.read(upstream.list("tools")),
                upstream.bytes("maxInspected", 4 * 1024 * 1024, 1024, 256 * 1024 * 1024));
    }

    public boolean isEmpty() {
        return rules.isEmpty();
    }

    /** The scopes that some tools need. */
    public List<String> scopes() {
        return rules.stream()
                .filter(rule -> rule.requirement() == ToolRule.Requirement.SCOPE)
                .map(ToolRule::value)
                .distinct()
                .toList();
    }
}
