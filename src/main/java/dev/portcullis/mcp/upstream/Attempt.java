package dev.portcullis.mcp.upstream;

import dev.portcullis.trace.Span;
import dev.portcullis.trace.TraceContext;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpConnection;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request at an endpoint, from its choice on. {@link #over} must be called when it has ended, however it did. */
public final class Attempt {
    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

    private final String upstream;
    private final Endpoint endpoint;
    private final boolean probe;
    private final Freshness freshness;
    private final EndpointStates states;
    private final Pool pool;
    private final Span span;
    private Optional<HttpConnection> connection = Optional.empty();
    private boolean judged;
    private boolean over;

    Attempt(String upstream, Endpoint endpoint, Freshness freshness, EndpointStates states, Pool pool, Span span) {
        this.span = span;
        this.freshness = freshness;
        this.states = states;
        this.pool = pool;
        this.upstream = upstream;
        this.endpoint = endpoint;
        this.probe = endpoint.health().begin();
        endpoint.began();
    }

    void on(HttpConnection made) {
        connection = Optional.of(made);
        pool.took();
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    /** Tells the upstream, in the headers of the request, where in the trace it is. */
    public void lead(MultiMap headers) {
        if (span.isRecording()) {
            headers.set(
                    TraceContext.HEADER,
                    span.context().map(TraceContext::header).orElseThrow());
        }
    }

    /** The head of an answer came. 502, 503 and 504 are what a dead server looks like behind a proxy of its own. */
    public void answered(int status) {
        span.put("http.response.status_code", status);
        if (status >= 400) {
            span.fail(String.valueOf(status));
        }
        if (status == 502 || status == 503 || status == 504) {
            failed();
        } else if (!judged) {
            judged = true;
            states.well(endpoint.key());
            if (endpoint.health().succeeded()) {
                log("an endpoint is back");
            }
        }
    }

    /**
     * It came to no good end, and not because the client left.
     *
     * @param reason of a few words
     */
    public void broke(String reason) {
        span.fail(reason);
    }

    /** No answer came, and not because the client left. */
    public void failed() {
        if (!judged) {
            judged = true;
            if (endpoint.health().failed(probe)) {
                states.ejected(endpoint.key());
                log("an endpoint failed too often and is passed over for a while");
            }
        }
    }

    /** More than once is harmless. */
    public void over() {
        if (over) {
            return;
        }
        over = true;
        endpoint.ended();
        span.end();
        connection.ifPresent(used -> {
            freshness.used(used);
            pool.gave();
        });
        if (probe && !judged) {
            endpoint.health().abandonProbe();
        }
    }

    private void log(String message) {
        LOG.atWarn()
                .addKeyValue("upstream", upstream)
                .addKeyValue("endpoint", endpoint)
                .log(message);
    }
}
