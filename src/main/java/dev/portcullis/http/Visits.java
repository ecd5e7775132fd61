package dev.portcullis.http;

import dev.portcullis.trace.Span;
import dev.portcullis.trace.TraceContext;
import dev.portcullis.trace.Tracer;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;

/** Receives requests: gives each its id and its place in a trace, and tells those who watch. */
public final class Visits {
    private final RequestId ids;
    private final Tracer tracer;
    private final List<Watcher> watchers;

    /** Told of every request, on its event loop: must be quick, and must not fail. */
    public interface Watcher {

        /** Its end is told by {@link Visit#onEnd}. */
        void begun(Visit visit);
    }

    public Visits(RequestId ids, Tracer tracer, List<Watcher> watchers) {
        this.ids = ids;
        this.tracer = tracer;
        this.watchers = List.copyOf(watchers);
    }

    /** To be called once for each request, before anything else is done with it. */
    public Visit begin(HttpServerRequest request, Route route) {
        ids.assign(request);
        Span span = tracer.request(request, route.isKnown() ? route.template() : "");
        Optional<TraceContext> trace = span.context();
        Visit visit = new Visit(request, route, trace.isPresent() ? trace.get() : TraceContext.join(request), span);
        if (span.isRecording()) {
            visit.onEnd(() -> describe(visit, span));
        }
        for (Watcher watcher : watchers) {
            watcher.begun(visit);
        }
        return visit;
    }

    /** OpenTelemetry semantic conventions, HTTP server spans: what the server could not do is an error, what it refused is none. */
    private static void describe(Visit visit, Span span) {
        visit.route().upstream().ifPresent(name -> span.put("portcullis.upstream", name));
        span.put("portcullis.request.id", RequestId.of(visit.request()));
        span.put("portcullis.complete", String.valueOf(visit.isComplete()));
        if (visit.isAnswered()) {
            span.put("http.response.status_code", visit.status());
            if (visit.status() >= 500) {
                span.fail(String.valueOf(visit.status()));
            }
        }
        span.end();
    }
}
