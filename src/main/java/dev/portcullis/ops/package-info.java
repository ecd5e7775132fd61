/** What operators look at: the management port with liveness, readiness and metrics. */
@NullMarked
package dev.portcullis.ops;

import org.jspecify.annotations.NullMarked;
