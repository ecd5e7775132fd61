/**
 * The identity provider behind the gateway, as a port: another OpenID provider is one new class. Nothing outside {@code idp.cognito} knows
 * Cognito.
 */
@NullMarked
package dev.portcullis.idp;

import org.jspecify.annotations.NullMarked;
