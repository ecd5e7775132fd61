/**
 * Connected applications: a person signs in, sees which clients have access to what in their name, and takes it back. Keeps no state of its
 * own: the page session is a sealed cookie.
 */
@NullMarked
package dev.portcullis.oauth.connections;

import org.jspecify.annotations.NullMarked;
