/** Random and mutated requests over raw sockets, at every endpoint. */
@NullMarked
package dev.portcullis.fuzz;

import org.jspecify.annotations.NullMarked;
