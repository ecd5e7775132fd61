/**
 * Gateways that are processes, under load, while something dies: what their users notice of it. Each test is short as it stands;
 * {@code src/bench/outlive} runs them at length.
 */
@NullMarked
package dev.portcullis.it;

import org.jspecify.annotations.NullMarked;
