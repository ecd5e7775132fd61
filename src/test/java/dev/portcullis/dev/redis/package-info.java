@NullMarked
package dev.portcullis.dev.redis;

import org.jspecify.annotations.NullMarked;
