package dev.portcullis.idp;

import java.time.Instant;
import java.util.List;

/**
 * The claims of a verified access token of the provider.
 *
 * @param subject the only stable name of the user
 * @param username as people know it; may change hands
 * @param groups empty where the user is in none
 */
public record IdpAccessToken(String subject, String username, List<String> groups, Instant expiresAt) {}
