package dev.portcullis.crypto;

import java.time.Instant;

/**
 * What may be told about a key.
 *
 * @param from when it makes new values
 * @param inUse whether it is the one of its purpose that makes new values now
 */
public record KeyFacts(KeyPurpose purpose, String keyId, Instant from, boolean inUse) {}
