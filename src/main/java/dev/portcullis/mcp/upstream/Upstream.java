package dev.portcullis.mcp.upstream;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.config.UpstreamTransport;
import dev.portcullis.trace.Span;
import dev.portcullis.trace.Tracer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/**
 * One MCP server and the connections to it that belong to this event loop. Streams have a pool of their own: each pins a connection for
 * hours, and must not starve short calls.
 */
public final class Upstream {
    private static final long RETIREMENT_CHECK = Duration.ofSeconds(1).toMillis();

    private final Vertx vertx;
    private final String name;
    private final UpstreamTransport transport;
    private final Endpoints endpoints;
    private final Freshness freshness;
    private final HttpClient calls;
    private final HttpClient streams;
    private final UpstreamMetrics.Of metrics;
    private final Tracer tracer;

    /** @param share of the configured connections that this event loop may open, as one of so many */
    public Upstream(Vertx vertx, GatewayConfig.Upstream config, UpstreamMetrics metrics, Tracer tracer, int share) {
        this.vertx = vertx;
        this.name = config.name();
        this.transport = config.transport();
        this.metrics = metrics.of(name);
        this.tracer = tracer;
        this.metrics.opened(share * Clients.atOnce(transport, share));
        this.endpoints =
                new Endpoints(vertx, name, config.endpoints(), transport, Names.of(vertx), this.metrics.endpoints());
        this.freshness = new Freshness(transport.keepAlive());
        this.calls = Clients.client(vertx, transport, share, freshness);
        this.streams = Clients.client(vertx, transport, share, freshness);
    }

    public String name() {
        return name;
    }

    public UpstreamTransport transport() {
        return transport;
    }

    public UpstreamMetrics.Of metrics() {
        return metrics;
    }

    /**
     * A connection to whichever endpoint suits best. Where none comes about, another endpoint is tried once: nothing was sent yet. Fails with
     * {@link QueueTooLongException} or the cause.
     *
     * @param stream whether the exchange will last
     */
    public Future<Outbound> connect(HttpMethod method, boolean stream) {
        return endpoints.areKnown()
                ? connectAnywhere(method, stream)
                : endpoints.know().compose(known -> connectAnywhere(method, stream));
    }

    /** A connection to this endpoint and no other. */
    public Future<Outbound> connect(Endpoint endpoint, HttpMethod method, boolean stream) {
        Pool pool = metrics.pool(stream);
        pool.waits();
        Attempt attempt = new Attempt(name, endpoint, freshness, metrics.endpoints(), pool, span(endpoint, method));
        return connect(endpoint, method, stream, attempt, System.nanoTime()).onComplete(done -> pool.waited());
    }

    private Future<Outbound> connect(
            Endpoint endpoint, HttpMethod method, boolean stream, Attempt attempt, long asked) {
        return request(endpoint, method, stream).transform(done -> {
            if (done.succeeded() && freshness.isStale(done.result().connection())) {
                // Nothing was sent on it yet. The next one is younger, or new.
                done.result().exceptionHandler(given -> {});
                done.result().connection().close();
                return connect(endpoint, method, stream, attempt, asked);
            }
            metrics.waited(System.nanoTime() - asked);
            if (done.failed()) {
                return Future.failedFuture(gaveUp(attempt, done.cause()));
            }
            attempt.on(done.result().connection());
            return Future.succeededFuture(new Outbound(done.result(), attempt));
        });
    }

    private static Throwable gaveUp(Attempt attempt, Throwable failure) {
        boolean busy = failure instanceof ConnectionPoolTooBusyException || failure instanceof TimeoutException;
        attempt.broke(busy ? "overloaded" : failure.getClass().getSimpleName());
        if (!busy) {
            attempt.failed();
        }
        attempt.over();
        return busy ? new QueueTooLongException() : failure;
    }

    /** OpenTelemetry semantic conventions, HTTP client spans; the URL, which can hold a key, is left out. */
    private Span span(Endpoint endpoint, HttpMethod method) {
        Span span = tracer.call(method.name(), name);
        if (span.isRecording()) {
            span.put("http.request.method", method.name());
            span.put("server.address", endpoint.host());
            span.put("server.port", endpoint.port());
            span.put("portcullis.upstream", name);
        }
        return span;
    }

    /** The endpoint with this key, if it is still there. */
    public Future<Optional<Endpoint>> find(String key) {
        return endpoints.find(key);
    }

    /** Whether somebody who lost this endpoint could begin anew at another. */
    public boolean hasOtherThan(Endpoint endpoint) {
        return endpoints.hasOtherThan(endpoint);
    }

    /** Nothing new will come; the connections close when what is under way has ended. */
    public void retire() {
        endpoints.close();
        metrics.closed();
        // Not before the first check: a request whose token is being verified has not connected yet.
        vertx.setPeriodic(RETIREMENT_CHECK, timer -> {
            if (endpoints.open() == 0) {
                vertx.cancelTimer(timer);
                calls.close();
                streams.close();
            }
        });
    }

    private Future<Outbound> connectAnywhere(HttpMethod method, boolean stream) {
        Endpoint first = endpoints.pick(Optional.empty());
        Future<Outbound> connected = connect(first, method, stream);
        return endpoints.hasOtherThan(first)
                ? connected.recover(failure -> failure instanceof QueueTooLongException
                        ? Future.failedFuture(failure)
                        : connect(endpoints.pick(Optional.of(first)), method, stream))
                : connected;
    }

    private Future<HttpClientRequest> request(Endpoint endpoint, HttpMethod method, boolean stream) {
        HttpClient client = stream ? streams : calls;
        try {
            Future<HttpClientRequest> request = client.request(endpoint.request(method));
            return endpoint.authority()
                    .map(authority -> request.onSuccess(ready -> ready.authority(authority)))
                    .orElse(request);
        } catch (IllegalStateException closed) {
            return Future.failedFuture(new ConnectException("the upstream has been taken out of the configuration"));
        }
    }
}
