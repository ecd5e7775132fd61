package dev.portcullis.oauth.authorize;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.config.ToolRule;
import dev.portcullis.oauth.Scopes;
import java.util.List;

/** What scopes mean to the person who is asked to grant them. */
final class ScopeWords {
    private ScopeWords() {}

    /** The operator's words; else what the configuration shows of it. */
    static String ofResource(String scope, GatewayConfig.Upstream upstream) {
        String described = upstream.scopeDescriptions().get(scope);
        if (described != null) {
            return described;
        }
        if (scope.equals(Scopes.OFFLINE_ACCESS)) {
            return "Stay connected while you are away, until you disconnect it";
        }
        if (scope.equals("mcp:" + upstream.name())) {
            return "Use the tools of " + upstream.displayName() + " in your name";
        }
        List<String> tools = upstream.tools().rules().stream()
                .filter(rule -> rule.requirement() == ToolRule.Requirement.SCOPE
                        && rule.value().equals(scope))
                .map(rule -> "“" + rule.match() + "”")
                .toList();
        return tools.isEmpty()
                ? "Use what “" + scope + "” allows at " + upstream.displayName()
                : "Use the tools " + String.join(", ", tools) + " of " + upstream.displayName() + " in your name";
    }

    static String ofIdentity(String scope) {
        switch (scope) {
            case "openid":
                return "Who you are";
            case "email":
                return "Your e-mail address";
            case "profile":
                return "Your profile, such as your name";
            case "phone":
                return "Your phone number";
            case "address":
                return "Your postal address";
            default:
                return "What your organisation keeps under “" + scope + "”";
        }
    }
}
