package dev.portcullis.dev.cognito;

import java.time.Instant;
import java.util.Optional;

/** What one code stands for, and what must be presented with it. */
record AuthorizationCode(SignIn signIn, String redirectUri, Optional<String> codeChallenge, Instant expiresAt) {}
