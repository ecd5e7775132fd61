package dev.portcullis.dev.cognito;

import java.time.Instant;

/** A browser that is signed in to the pool, for all its clients, one hour from the sign-in and no longer. */
record BrowserSession(String username, Instant signedInAt, Instant expiresAt) {}
