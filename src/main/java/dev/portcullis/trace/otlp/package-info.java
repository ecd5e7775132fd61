/** Spans made with OpenTelemetry, and their way out to a collector. The only package that knows OpenTelemetry; loaded only where traces are on. */
@NullMarked
package dev.portcullis.trace.otlp;

import org.jspecify.annotations.NullMarked;
