/**
 * The gateway's own access token: issuing, verifying, remembering what was verified and which grants were revoked. Knows the identity
 * provider's token inside it.
 *
 * <p>Key: {@code pc:revoked} (sorted set: grant ids by the time of their revocation); channel: {@code pc:revocations}.
 */
@NullMarked
package dev.portcullis.token;

import org.jspecify.annotations.NullMarked;
