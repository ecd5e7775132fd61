package dev.portcullis.audit;

import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Every kind of event with each of its outcomes: what the counters are, from the start, because a rate over time does not see an event that
 * brings its counter along.
 */
final class Outcomes {
    private static final Map<String, List<String>> ALL = Map.of(
            "registration", List.of("done"),
            "consent", List.of("given", "denied"),
            "login", List.of("done", "refused", "unavailable"),
            "token", List.of("issued", "refused", "unavailable"),
            "refresh", List.of("renewed", "repeated", "refused", "unavailable"),
            "reuse", List.of("authorization_code", "refresh_token"),
            "revocation", List.of("client", "user", "provider"),
            "idp_revocation", List.of("deferred", "done", "failed"),
            "call_denied", List.of("scope", "policy"),
            "keys", List.of("changed"));

    private Outcomes() {}

    static void forEach(BiConsumer<String, String> action) {
        ALL.forEach((event, outcomes) -> outcomes.forEach(outcome -> action.accept(event, outcome)));
    }
}
