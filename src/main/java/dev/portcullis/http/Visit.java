package dev.portcullis.http;

import dev.portcullis.trace.Span;
import dev.portcullis.trace.TraceContext;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One request from its arrival to the end of its answer, or to the loss of its connection. Owns the end handler and the head handler of the
 * response, which have one place each; whoever wants to know asks here. Event-loop confined.
 */
public final class Visit {
    // What nginx calls it; no server sends it.
    private static final int CLIENT_GONE = 499;

    private final HttpServerRequest request;
    private final Route route;
    private final TraceContext trace;
    private final Span span;
    private final long begun = System.nanoTime();
    private final List<Runnable> endings = new ArrayList<>(2);
    private Runnable headListener = () -> {};
    private long headAfter = -1;
    private boolean stream;
    private boolean complete;
    private boolean over;

    Visit(HttpServerRequest request, Route route, TraceContext trace, Span span) {
        this.request = request;
        this.route = route;
        this.trace = trace;
        this.span = span;
        HttpServerResponse response = request.response();
        response.headersEndHandler(head -> {
            headAfter = System.nanoTime() - begun;
            String type = response.headers().get(HttpHeaders.CONTENT_TYPE);
            stream = type != null && type.startsWith("text/event-stream");
            headListener.run();
        });
        response.endHandler(ended -> {
            complete = response.ended();
            over = true;
            endings.forEach(Runnable::run);
        });
    }

    /** However it ends, once; a broken connection too. At once where it is over already. */
    public void onEnd(Runnable ending) {
        if (over) {
            ending.run();
        } else {
            endings.add(ending);
        }
    }

    /** When the head of the answer goes out; for one listener. */
    void onHead(Runnable listener) {
        headListener = listener;
    }

    public HttpServerRequest request() {
        return request;
    }

    public Route route() {
        return route;
    }

    public TraceContext trace() {
        return trace;
    }

    /** What others will see of it; {@link Span#NONE} where no spans are made. */
    public Span span() {
        return span;
    }

    /** Of the answer; 499 where the client left before there was one. */
    public int status() {
        return headAfter < 0 ? CLIENT_GONE : request.response().getStatusCode();
    }

    /** Whether the head of an answer was given. */
    boolean isAnswered() {
        return headAfter >= 0;
    }

    /** Whether the answer is an event stream; known once its head is out. */
    public boolean isStream() {
        return stream;
    }

    /** Whether the answer was given whole, as far as the gateway can know. */
    public boolean isComplete() {
        return complete;
    }

    /** Since the arrival. */
    public Duration age() {
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    /** From the arrival to the head of the answer, which for a stream is what its latency is; the whole time where none was given. */
    public Duration timeToHead() {
        return headAfter < 0 ? age() : Duration.ofNanos(headAfter);
    }
}
