/**
 * Traces, as those see them whose work they show: the place of a request in a trace, and spans for it and for what it makes the gateway ask
 * of others. Knows nothing of those, nor of where spans go.
 */
@NullMarked
package dev.portcullis.trace;

import org.jspecify.annotations.NullMarked;
