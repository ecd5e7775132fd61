/** The development world: everything a gateway needs around it, on this machine. Only the program itself may know it. */
@NullMarked
package dev.portcullis.dev;

import org.jspecify.annotations.NullMarked;
