package dev.portcullis.oauth.authorize;

import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.Scopes;
import java.util.List;
import java.util.Optional;

/**
 * The {@code prompt} parameter (OpenID Connect Core §3.1.2.1): {@code consent} is for our own page, the rest is for the identity provider.
 * Values that nobody here knows are ignored.
 *
 * @param consent always ask
 * @param none show nothing, or fail
 * @param forIdp what the identity provider is told
 */
record Prompt(boolean consent, boolean none, Optional<String> forIdp) {
    private static final List<String> OF_THE_IDP = List.of("none", "login", "select_account");

    /** Throws {@link OAuthError} {@code invalid_request} for {@code none} together with anything else. */
    static Prompt parse(Optional<String> parameter) {
        Scopes values = parameter.flatMap(Scopes::parse).orElse(Scopes.none());
        boolean none = values.contains("none");
        if (none && values.tokens().size() > 1) {
            throw OAuthError.invalidRequest("prompt is none and something else at once");
        }
        return new Prompt(
                values.contains("consent"),
                none,
                Optional.of(values.intersect(OF_THE_IDP).toString()).filter(text -> !text.isEmpty()));
    }
}
