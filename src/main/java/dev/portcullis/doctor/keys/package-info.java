/** Checks of the gateway's own keys. */
@NullMarked
package dev.portcullis.doctor.keys;

import org.jspecify.annotations.NullMarked;
