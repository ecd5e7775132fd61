/**
 * The way of a browser to the identity provider and back to {@code /callback}, which is one for all purposes because the provider knows only
 * one: state, nonce, PKCE, and the cookie that binds it all to this browser. What the login is for, its owner says and gets back.
 *
 * <p>Key: {@code pc:tx:{id}}, a login that is under way.
 */
@NullMarked
package dev.portcullis.oauth.login;

import org.jspecify.annotations.NullMarked;
