/** The vocabulary that all OAuth endpoints share: errors and their single writer, scopes, resource indicators, redirect URIs. */
@NullMarked
package dev.portcullis.oauth;

import org.jspecify.annotations.NullMarked;
