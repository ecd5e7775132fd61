package dev.portcullis.fetch;

import java.time.Duration;
import java.util.Optional;

/**
 * A document as it came.
 *
 * @param text of a body that calls itself JSON; nobody has parsed it yet
 * @param freshFor how long it may be used without asking again; empty if it may not be kept
 */
public record Fetched(String text, Optional<Duration> freshFor) {}
