package dev.portcullis.dev.cognito;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** Where the browser goes when a request is settled: the redirect URI with a code or an error, and the {@code state}. */
final class AuthorizeResponse {
    private final PoolState state;
    private final Faults faults;

    AuthorizeResponse(PoolState state, Faults faults) {
        this.state = state;
        this.faults = faults;
    }

    String code(AuthorizeRequest request, BrowserSession session) {
        SignIn signIn = new SignIn(
                session.username(),
                request.clientId(),
                request.scopes(),
                request.nonce(),
                request.resource(),
                session.signedInAt(),
                UUID.randomUUID().toString());
        Map<String, String> answer = new LinkedHashMap<>();
        answer.put("code", state.issueCode(signIn, request.redirectUri(), request.codeChallenge()));
        putState(answer, request.state());
        return append(request.redirectUri(), answer);
    }

    String error(String redirectUri, String error, Optional<String> requestState) {
        Map<String, String> answer = new LinkedHashMap<>();
        boolean varies = error.equals("invalid_scope") || error.equals("unauthorized_client");
        if (varies && faults.errorForm() == Faults.ErrorForm.OBSERVED) {
            answer.put("error_description", error);
            putState(answer, requestState);
            answer.put("error", "invalid_request");
        } else {
            answer.put("error", error);
            putState(answer, requestState);
        }
        return append(redirectUri, answer);
    }

    String error(AuthorizeRequest request, Fault.RedirectError fault) {
        Map<String, String> answer = new LinkedHashMap<>();
        answer.put("error_description", fault.description());
        putState(answer, request.state());
        answer.put("error", fault.error());
        return append(request.redirectUri(), answer);
    }

    /** Live pools URL-decode {@code state} once more than they should: a plus sign comes back as a space. */
    private void putState(Map<String, String> answer, Optional<String> requestState) {
        requestState.ifPresent(text ->
                answer.put("state", faults.stateMangling() ? URLDecoder.decode(text, StandardCharsets.UTF_8) : text));
    }

    static String append(String uri, Map<String, String> parameters) {
        String query = parameters.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return uri + (uri.contains("?") ? "&" : "?") + query;
    }
}
