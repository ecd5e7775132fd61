package dev.portcullis.trace;

import io.vertx.core.http.HttpServerRequest;

/** Makes spans. Safe on any thread; a call of either method is quick and never fails. */
public interface Tracer {
    /** Makes none, at no cost. */
    Tracer OFF = new NoTracer();

    /**
     * The span of a request that has just come in, which is given its place in the trace (see {@link TraceContext}); {@link Span#NONE} where
     * nobody makes spans. What is done in the request's Vert.x context from now on belongs to it.
     *
     * @param route its template; empty for what has none
     */
    Span request(HttpServerRequest request, String route);

    /**
     * The span of something asked of somebody else because of the request whose Vert.x context this is; {@link Span#NONE} where there is no
     * such request, or where nobody wants to know. Its name is the two together.
     *
     * @param operation such as an HTTP method; from the code or the configuration, never from outside
     * @param target what the operation is applied to, likewise
     */
    Span call(String operation, String target);
}
