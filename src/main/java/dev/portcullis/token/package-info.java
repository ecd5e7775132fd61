/** The gateway's own access token: issuing, verifying, remembering what was verified. Knows the identity provider's token inside it. */
@NullMarked
package dev.portcullis.token;

import org.jspecify.annotations.NullMarked;
