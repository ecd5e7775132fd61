/** What the doctor finds: nothing in a healthy world, and each thing that goes wrong by its name. */
@NullMarked
package dev.portcullis.doctor;

import org.jspecify.annotations.NullMarked;
