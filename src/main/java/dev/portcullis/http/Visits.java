package dev.portcullis.http;

import io.vertx.core.http.HttpServerRequest;
import java.util.List;

/** Receives requests: gives each its id and its place in a trace, and tells those who watch. */
public final class Visits {
    private final RequestId ids;
    private final List<Watcher> watchers;

    /** Told of every request, on its event loop: must be quick, and must not fail. */
    public interface Watcher {

        /** Its end is told by {@link Visit#onEnd}. */
        void begun(Visit visit);
    }

    public Visits(RequestId ids, List<Watcher> watchers) {
        this.ids = ids;
        this.watchers = List.copyOf(watchers);
    }

    /** To be called once for each request, before anything else is done with it. */
    public Visit begin(HttpServerRequest request, Route route) {
        ids.assign(request);
        Visit visit = new Visit(request, route, TraceContext.join(request));
        for (Watcher watcher : watchers) {
            watcher.begun(visit);
        }
        return visit;
    }
}
