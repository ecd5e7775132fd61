/**
 * A local stand-in for an Amazon Cognito user pool: discovery, JWKS, managed login, the OAuth endpoints and their quirks, on
 * loopback and in memory. It exists because no other stand-in refreshes without a refresh token, signs access and ID tokens
 * with different keys or mangles {@code state} the way Cognito does.
 *
 * <p>It knows Cognito's public behaviour and nothing of the gateway, so that a test against it is a test against Cognito's
 * contract. It is for development and tests only.
 */
@NullMarked
package dev.portcullis.dev.cognito;

import org.jspecify.annotations.NullMarked;
