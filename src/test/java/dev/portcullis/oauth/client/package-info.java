/** Properties of client ids and of what may be registered. */
@NullMarked
package dev.portcullis.oauth.client;

import org.jspecify.annotations.NullMarked;
