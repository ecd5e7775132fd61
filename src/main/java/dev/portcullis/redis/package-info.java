/**
 * The way to Redis: one supervised, pipelined connection per event loop, Lua scripts by name, sealed values. Nothing outside this package
 * knows the client library; it knows keys and scripts only by what the feature that owns them says.
 */
@NullMarked
package dev.portcullis.redis;

import org.jspecify.annotations.NullMarked;
