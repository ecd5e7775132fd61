/**
 * The authorization endpoint and what follows it in the browser: consent, the way to the identity provider and back, the answer to the
 * client (OAuth 2.1 §4.1, MCP security best practices "Confused Deputy Problem").
 *
 * <p>Cookies: {@code portcullis_browser} (whose consent form it is) and {@code portcullis_approvals} (what was approved), each with the
 * prefix {@code __Host-} under https.
 */
@NullMarked
package dev.portcullis.oauth.authorize;

import org.jspecify.annotations.NullMarked;
