/**
 * A grant: that a user lets a client act on a resource, with the Cognito tokens behind it. It begins as an authorization code and goes on as
 * generations of refresh tokens. Here are its record, its two credentials and their persistence; the endpoints decide when to use them.
 *
 * <p>Keys, all of one hash tag per grant: {@code pc:grant:{id}} (hash: sealed data, generation, when older generations were replaced, lease),
 * {@code pc:code:{id}} (hash: what the code is bound to, as digests). Apart from them {@code pc:user:{digest}} (sorted set: the ids of a user's grants).
 */
@NullMarked
package dev.portcullis.oauth.grant;

import org.jspecify.annotations.NullMarked;
