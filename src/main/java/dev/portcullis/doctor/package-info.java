/**
 * {@code portcullis doctor}: looks, from where it runs, at everything that a gateway depends on, as the gateway would, and says what to do.
 * One package for each subject, all of them on top of {@code doctor.check}. Nothing but the program knows it.
 */
@NullMarked
package dev.portcullis.doctor;

import org.jspecify.annotations.NullMarked;
