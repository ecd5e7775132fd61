/** A private Redis on this machine, for development and tests. */
@NullMarked
package dev.portcullis.dev.redis;

import org.jspecify.annotations.NullMarked;
