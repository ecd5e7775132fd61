package dev.portcullis.audit;

import static java.util.Map.entry;

import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Every kind of event with each of its outcomes: what the counters are, from the start, because a rate over time does not see an event that
 * brings its counter along.
 */
final class Outcomes {
    private static final Map<String, List<String>> ALL = Map.ofEntries(
            entry("registration", List.of("done")),
            entry("consent", List.of("given", "denied")),
            entry("login", List.of("done", "refused", "unavailable")),
            entry("token", List.of("issued", "refused", "unavailable")),
            entry("refresh", List.of("renewed", "repeated", "refused", "unavailable")),
            entry("reuse", List.of("authorization_code", "refresh_token")),
            entry("revocation", List.of("client", "user", "provider", "limit")),
            entry("idp_revocation", List.of("deferred", "done", "failed")),
            entry("call_denied", List.of("scope", "policy")),
            entry("denied_clients", List.of("changed")),
            entry("keys", List.of("changed")));

    private Outcomes() {}

    static void forEach(BiConsumer<String, String> action) {
        ALL.forEach((event, outcomes) -> outcomes.forEach(outcome -> action.accept(event, outcome)));
    }
}
