package dev.portcullis.idp;

import java.util.Optional;

/**
 * What the provider's ID token says about the user.
 *
 * @param email empty where the provider does not vouch for one
 */
public record IdpIdentity(Optional<String> email) {}
