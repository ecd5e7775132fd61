/** Checks of the public URL: whether what clients get is what the gateway sent, whatever stands in front of it. */
@NullMarked
package dev.portcullis.doctor.front;

import org.jspecify.annotations.NullMarked;
