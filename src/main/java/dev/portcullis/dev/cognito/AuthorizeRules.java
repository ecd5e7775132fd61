package dev.portcullis.dev.cognito;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Checks an authorization request in Cognito's order: client, redirect URI, response type, PKCE, scopes (Cognito developer
 * guide, authorize-endpoint). The login page checks again, because anybody can link to it.
 */
final class AuthorizeRules {
    private static final Set<String> STANDARD_SCOPES =
            Set.of("openid", "email", "phone", "profile", "aws.cognito.signin.user.admin");
    private static final Pattern CHALLENGE = Pattern.compile("[A-Za-z0-9_-]{43}");
    private static final Pattern RESOURCE =
            Pattern.compile("(https://|http://localhost)[^\\s#]*|(?!https?:)[A-Za-z][A-Za-z0-9+.-]*:[^\\s#]+");

    private final PoolState state;
    private final Faults faults;

    AuthorizeRules(PoolState state, Faults faults) {
        this.state = state;
        this.faults = faults;
    }

    AuthorizeDecision decide(Parameters query) {
        Optional<String> clientId = query.get("client_id");
        Optional<String> redirectUri = query.get("redirect_uri");
        if (clientId.isEmpty()
                || redirectUri.isEmpty()
                || query.repeated("client_id")
                || query.repeated("redirect_uri")) {
            return new AuthorizeDecision.OwnPage("Required parameters missing", clientId);
        }
        Optional<AppClient> client = state.client(clientId.get());
        if (client.isEmpty()) {
            return new AuthorizeDecision.OwnPage("Client does not exist", clientId);
        }
        if (!client.get().callbackUrls().contains(redirectUri.get())) {
            return new AuthorizeDecision.OwnPage("redirect_mismatch", clientId);
        }
        if (faults.stateMangling() && query.get("state").orElse("").contains("%")) {
            return new AuthorizeDecision.BadRequest("invalid_state");
        }
        if (classic() && query.get("resource").isPresent()) {
            return new AuthorizeDecision.BadRequest("invalid_request");
        }
        return refusal(client.get(), query)
                .<AuthorizeDecision>map(
                        error -> new AuthorizeDecision.Refused(redirectUri.get(), error, query.get("state")))
                .orElseGet(() -> new AuthorizeDecision.Accepted(accept(client.get(), redirectUri.get(), query)));
    }

    private Optional<String> refusal(AppClient client, Parameters query) {
        Optional<String> responseType = query.get("response_type");
        if (responseType.isEmpty() || query.anyRepeated()) {
            return Optional.of("invalid_request");
        }
        if (responseType.get().equals("token") || !client.allowedFlows().contains(AppClient.Flow.CODE)) {
            return Optional.of("unauthorized_client");
        }
        if (!responseType.get().equals("code") || !pkceComplete(query) || !resourceFits(query)) {
            return Optional.of("invalid_request");
        }
        List<String> scopes = query.words("scope");
        // email, phone and profile say which claims openid shows; without it they mean nothing.
        boolean claimScopes = scopes.stream().anyMatch(Set.of("email", "phone", "profile")::contains);
        if (!client.allowedScopes().containsAll(scopes) || (claimScopes && !scopes.contains("openid"))) {
            return Optional.of("invalid_scope");
        }
        boolean contradictory =
                prompts(query).contains("none") && prompts(query).size() > 1;
        return contradictory ? Optional.of("invalid_request") : Optional.empty();
    }

    private AuthorizeRequest accept(AppClient client, String redirectUri, Parameters query) {
        List<String> asked = query.words("scope");
        List<String> scopes = new ArrayList<>(
                asked.isEmpty() ? client.allowedScopes().stream().sorted().toList() : asked);
        scopes.removeIf(scope -> !exists(scope));
        return new AuthorizeRequest(
                client.id(),
                redirectUri,
                List.copyOf(scopes),
                query.get("state"),
                query.get("nonce"),
                query.get("code_challenge"),
                query.get("resource"),
                prompts(query),
                query.get("login_hint"));
    }

    /** A scope that was deleted from its resource server but not from the client disappears without an error. */
    private boolean exists(String scope) {
        return STANDARD_SCOPES.contains(scope)
                || state.pool().resourceServers().stream().anyMatch(server -> server.defines(scope));
    }

    private static boolean pkceComplete(Parameters query) {
        Optional<String> challenge = query.get("code_challenge");
        Optional<String> method = query.get("code_challenge_method");
        boolean absent = challenge.isEmpty() && method.isEmpty();
        boolean wellFormed =
                challenge.map(text -> CHALLENGE.matcher(text).matches()).orElse(false);
        return absent || (wellFormed && method.equals(Optional.of("S256")));
    }

    private static boolean resourceFits(Parameters query) {
        return query.get("resource")
                .map(text -> RESOURCE.matcher(text).matches())
                .orElse(true);
    }

    private List<String> prompts(Parameters query) {
        return classic() ? List.of() : query.words("prompt");
    }

    private boolean classic() {
        return state.pool().managedLogin() == 1;
    }
}
