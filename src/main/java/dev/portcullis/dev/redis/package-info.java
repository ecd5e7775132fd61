/**
 * A private Redis for the development world and for tests: a child process that leaves nothing behind. Everything here
 * blocks and belongs off the event loop; it knows processes, files and one socket, and nothing of the gateway.
 */
@NullMarked
package dev.portcullis.dev.redis;

import org.jspecify.annotations.NullMarked;
