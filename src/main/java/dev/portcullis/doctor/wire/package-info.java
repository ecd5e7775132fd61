/** How checks ask over HTTP, and what is the same for everything that has a name and a certificate. */
@NullMarked
package dev.portcullis.doctor.wire;

import org.jspecify.annotations.NullMarked;
