/** Checks of Redis, by what the gateway itself uses of it. */
@NullMarked
package dev.portcullis.doctor.redis;

import org.jspecify.annotations.NullMarked;
