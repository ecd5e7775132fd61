/** The token endpoint: one class a grant type. It decides; {@code oauth.grant} remembers. */
@NullMarked
package dev.portcullis.oauth.token;

import org.jspecify.annotations.NullMarked;
