/** The program and its composition root: everything is wired here, by hand, and nowhere else. */
@NullMarked
package dev.portcullis;

import org.jspecify.annotations.NullMarked;
