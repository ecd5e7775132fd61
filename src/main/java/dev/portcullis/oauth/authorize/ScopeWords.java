package dev.portcullis.oauth.authorize;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.oauth.Scopes;

/** What scopes mean to the person who is asked to grant them. */
final class ScopeWords {
    private ScopeWords() {}

    static String ofResource(String scope, GatewayConfig.Upstream upstream) {
        if (scope.equals(Scopes.OFFLINE_ACCESS)) {
            return "Stay connected while you are away, until you disconnect it";
        }
        return scope.equals("mcp:" + upstream.name())
                ? "Use the tools of " + upstream.displayName() + " in your name"
                : "Use what “" + scope + "” allows at " + upstream.displayName();
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
            default:
                return scope;
        }
    }
}
