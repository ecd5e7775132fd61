/** How often one address may call the endpoints that anybody can call. Counts in Redis, for all replicas together; without Redis it lets everybody in. */
@NullMarked
package dev.portcullis.oauth.limit;

import org.jspecify.annotations.NullMarked;
