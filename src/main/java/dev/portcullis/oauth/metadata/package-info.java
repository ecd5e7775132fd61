/** What clients discover: authorization server metadata (RFC 8414), protected resource metadata (RFC 9728), keys (RFC 7517). */
@NullMarked
package dev.portcullis.oauth.metadata;

import org.jspecify.annotations.NullMarked;
