package dev.portcullis.dev.cognito;

import java.util.Optional;

/** What becomes of an authorization request before anybody has signed in. */
sealed interface AuthorizeDecision {
    record Accepted(AuthorizeRequest request) implements AuthorizeDecision {}

    /** Not to be sent to the redirect URI: the browser lands on the domain's own error page. */
    record OwnPage(String error, Optional<String> clientId) implements AuthorizeDecision {}

    /** Answered on the spot with status 400. */
    record BadRequest(String error) implements AuthorizeDecision {}

    record Refused(String redirectUri, String error, Optional<String> state) implements AuthorizeDecision {}
}
