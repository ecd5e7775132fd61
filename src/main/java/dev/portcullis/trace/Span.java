package dev.portcullis.trace;

import java.util.Optional;

/**
 * A part of a trace: something that began and will end. It leaves the gateway, so no attribute may hold what a client chose freely, a token,
 * a code, a cookie, a query, a key of Redis or anything about a person. Its attributes have the names of the OpenTelemetry semantic
 * conventions, or begin with {@code portcullis.}.
 */
public interface Span {
    /** For what nobody wants to know. */
    Span NONE = new NoSpan();

    /** Whether anybody will see it: otherwise there is no need to find out what to say. */
    boolean isRecording();

    /** Its place in the trace; empty for {@link #NONE} only. */
    Optional<TraceContext> context();

    /** An attribute. */
    void put(String key, String value);

    /** An attribute. */
    void put(String key, long value);

    /**
     * It went wrong.
     *
     * @param type {@code error.type}: one of a few words, or a status code
     */
    void fail(String type);

    /** To be called once. */
    void end();
}
