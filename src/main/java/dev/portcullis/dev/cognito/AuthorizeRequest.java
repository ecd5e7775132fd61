package dev.portcullis.dev.cognito;

import java.util.List;
import java.util.Optional;

/** An authorization request that passed every check. */
record AuthorizeRequest(
        String clientId,
        String redirectUri,
        List<String> scopes,
        Optional<String> state,
        Optional<String> nonce,
        Optional<String> codeChallenge,
        Optional<String> resource,
        List<String> prompt,
        Optional<String> loginHint) {}
