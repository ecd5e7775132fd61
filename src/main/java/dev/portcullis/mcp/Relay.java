package dev.portcullis.mcp;

import dev.portcullis.http.RequestId;
import dev.portcullis.token.VerifiedToken;
import io.vertx.core.Future;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Relays one exchange, byte for byte and with back-pressure both ways. Nothing is retried: a call that may have reached the upstream may have
 * had its effect. A client that leaves takes the upstream request with it, because in modern MCP that is how a call is cancelled
 * (MCP 2026-07-28 transports, "Cancellation").
 */
final class Relay {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    // RFC 9113 §7: the peer is not interested any more.
    private static final long CANCEL = 8;

    private final Upstream upstream;
    private final HeaderPolicy headers;

    Relay(Upstream upstream, HeaderPolicy headers) {
        this.upstream = upstream;
        this.headers = headers;
    }

    /** The request must be paused; it is read when the upstream is ready for it. */
    void relay(HttpServerRequest request, VerifiedToken token) {
        upstream.connect(request.method())
                .onSuccess(outbound -> send(request, token, outbound))
                .onFailure(failure -> refuse(request, failure, "the server behind the gateway cannot be reached"));
    }

    private void send(HttpServerRequest request, VerifiedToken token, HttpClientRequest outbound) {
        HttpServerResponse response = request.response();
        if (response.closed()) {
            outbound.reset(CANCEL);
            return;
        }
        // Also silences what the client library would log for every client that leaves.
        outbound.exceptionHandler(failure -> {});
        response.closeHandler(closed -> outbound.reset(CANCEL));
        response.exceptionHandler(failure -> outbound.reset(CANCEL));
        headers.request(request, token, RequestId.of(request), outbound.headers());
        outbound.response()
                .timeout(upstream.responseTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .onSuccess(inbound -> answer(request, inbound))
                .onFailure(failure -> {
                    outbound.reset(CANCEL);
                    refuse(request, failure, "the server behind the gateway did not answer");
                });
        body(request, outbound);
    }

    private static void body(HttpServerRequest request, HttpClientRequest outbound) {
        if (request.isEnded()) {
            outbound.end();
            return;
        }
        if (!outbound.headers().contains("Content-Length")) {
            boolean hasBody =
                    request.headers().contains("Transfer-Encoding") || request.version() == HttpVersion.HTTP_2;
            if (!hasBody) {
                request.resume();
                outbound.end();
                return;
            }
            outbound.setChunked(true);
        }
        Future<Void> sent = request.pipeTo(outbound);
        sent.onFailure(failure -> outbound.reset(CANCEL));
    }

    private void answer(HttpServerRequest request, HttpClientResponse inbound) {
        HttpServerResponse response = request.response();
        if (response.headWritten() || response.closed()) {
            inbound.request().reset(CANCEL);
            return;
        }
        if (inbound.statusCode() == 401) {
            // The credential that failed is ours, not the client's: its own token is good, and a new one would not help
            // it.
            inbound.request().reset(CANCEL);
            refuse(
                    request,
                    new IllegalStateException("status 401"),
                    "the server behind the gateway refused the gateway's credentials");
            return;
        }
        response.setStatusCode(inbound.statusCode()).setStatusMessage(inbound.statusMessage());
        headers.response(inbound.headers(), response.headers());
        if (isWithoutBody(request.method(), inbound.statusCode())) {
            response.end();
            return;
        }
        if (!response.headers().contains("Content-Length")) {
            response.setChunked(true);
        }
        if (isEventStream(inbound)) {
            response.putHeader("X-Accel-Buffering", "no");
            // The first event may be minutes away; clients wait for the head.
            response.writeHead();
        }
        inbound.pipe().endOnFailure(false).to(response).onFailure(failure -> {
            // Never a clean end: the client must see that the answer is not whole.
            LOG.atInfo()
                    .addKeyValue("requestId", RequestId.of(request))
                    .addKeyValue("upstream", upstream.name())
                    .log("exchange ended early");
            inbound.request().reset(CANCEL);
            response.reset(CANCEL);
        });
    }

    private static boolean isWithoutBody(HttpMethod method, int status) {
        return method.equals(HttpMethod.HEAD) || status == 204 || status == 304;
    }

    private static boolean isEventStream(HttpClientResponse inbound) {
        String type = inbound.getHeader("Content-Type");
        return type != null && type.regionMatches(true, 0, "text/event-stream", 0, "text/event-stream".length());
    }

    private void refuse(HttpServerRequest request, Throwable failure, String description) {
        HttpServerResponse response = request.response();
        if (response.headWritten() || response.closed() || failure instanceof StreamResetException) {
            return;
        }
        LOG.atWarn()
                .addKeyValue("requestId", RequestId.of(request))
                .addKeyValue("upstream", upstream.name())
                .addKeyValue("reason", failure.getClass().getSimpleName())
                .log(description);
        if (isOverload(failure)) {
            response.putHeader("Retry-After", "1");
            Refusal.write(request, 503, "overloaded", "too many requests wait for the server behind the gateway");
        } else if (failure instanceof TimeoutException) {
            Refusal.write(request, 504, "upstream_timeout", description);
        } else {
            Refusal.write(request, 502, "upstream_unreachable", description);
        }
    }

    private static boolean isOverload(Throwable failure) {
        return failure instanceof ConnectionPoolTooBusyException;
    }
}
