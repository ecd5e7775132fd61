package dev.portcullis.mcp.tools;

import dev.portcullis.config.ToolPolicy;
import dev.portcullis.config.ToolRule;
import dev.portcullis.token.VerifiedToken;
import java.util.List;
import java.util.Optional;

/** What one caller may do with the tools of an upstream; the first rule that matches a name decides. */
final class ToolAccess {
    private final List<Rule> rules;
    private final VerifiedToken token;

    private record Rule(Glob glob, ToolRule rule) {
        static Rule of(ToolRule rule) {
            return new Rule(new Glob(rule.match()), rule);
        }
    }

    ToolAccess(ToolPolicy policy, VerifiedToken token) {
        this.rules = policy.rules().stream().map(Rule::of).toList();
        this.token = token;
    }

    /** Nothing that the caller could get would help. */
    boolean isDenied(String tool) {
        return ruleOf(tool).filter(this::isDeniedBy).isPresent();
    }

    /** The scope that the caller's token lacks for this tool; a new authorization could bring it. */
    Optional<String> missingScope(String tool) {
        return ruleOf(tool)
                .filter(rule -> rule.requirement() == ToolRule.Requirement.SCOPE)
                .map(ToolRule::value)
                .filter(scope -> !token.scopes().contains(scope));
    }

    /** For either reason. */
    boolean isRefused(String tool) {
        return isDenied(tool) || missingScope(tool).isPresent();
    }

    private boolean isDeniedBy(ToolRule rule) {
        return rule.requirement() == ToolRule.Requirement.IMPOSSIBLE
                || rule.requirement() == ToolRule.Requirement.GROUP
                        && !token.user().groups().contains(rule.value());
    }

    private Optional<ToolRule> ruleOf(String tool) {
        return rules.stream()
                .filter(rule -> rule.glob().matches(tool))
                .map(Rule::rule)
                .findFirst();
    }
}
