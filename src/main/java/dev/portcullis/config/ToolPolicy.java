package dev.portcullis.config;

import java.util.List;

/**
 * Who may use which tools of an upstream. Without rules its messages are not looked into.
 *
 * @param maxInspectedBytes of a request, of an answer and of an event that has to be read whole
 * @param maxHeldBytes of all of them that are held back at once, in each gateway process
 */
public record ToolPolicy(List<ToolRule> rules, int maxInspectedBytes, int maxHeldBytes) {

    static ToolPolicy read(Section upstream) {
        int inspected = upstream.bytes("maxInspected", 4 * 1024 * 1024, 1024, 256 * 1024 * 1024);
        int held =
                upstream.bytes("maxHeld", (int) Math.min(16L * inspected, Integer.MAX_VALUE), 1024, Integer.MAX_VALUE);
        if (held < inspected) {
            upstream.problem("maxHeld", "must be at least maxInspected: else messages of that size never pass");
        }
        return new ToolPolicy(ToolRule.read(upstream.list("tools")), inspected, held);
    }

    /** A quarter, so that no user keeps the others out; one message always. */
    public long maxHeldBytesOfUser() {
        return Math.max(maxHeldBytes / 4, maxInspectedBytes);
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
