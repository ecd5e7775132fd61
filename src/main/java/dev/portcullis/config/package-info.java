/**
 * What the operator decides: immutable records bound from one YAML file, each default in one place, every problem found reported at once
 * with its path and its remedy. Knows nothing else of the program.
 */
@NullMarked
package dev.portcullis.config;

import org.jspecify.annotations.NullMarked;
