package dev.portcullis.oauth.grant;

import java.time.Instant;

/**
 * A grant that is alive.
 *
 * @param lastUsed when tokens were issued from it for the last time
 */
public record GrantUse(Grant grant, Instant lastUsed) {}
