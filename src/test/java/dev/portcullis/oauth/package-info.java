/** Properties of the vocabulary: what holds for any redirect URI, scope set or verifier, not only for the ones somebody thought of. */
@NullMarked
package dev.portcullis.oauth;

import org.jspecify.annotations.NullMarked;
