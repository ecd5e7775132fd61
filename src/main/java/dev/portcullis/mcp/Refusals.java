package dev.portcullis.mcp;

import dev.portcullis.http.RequestId;
import dev.portcullis.mcp.upstream.QueueTooLongException;
import dev.portcullis.mcp.upstream.Upstream;
import dev.portcullis.mcp.upstream.UpstreamMetrics;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What clients are told when an upstream cannot be had, or must not be. */
final class Refusals {
    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

    private final String upstream;
    private final UpstreamMetrics.Of metrics;

    Refusals(Upstream upstream) {
        this.upstream = upstream.name();
        this.metrics = upstream.metrics();
    }

    void failed(HttpServerRequest request, Throwable failure, String description) {
        if (request.response().headWritten() || request.response().closed()) {
            return;
        }
        LOG.atWarn()
                .addKeyValue("requestId", RequestId.of(request))
                .addKeyValue("upstream", upstream)
                .addKeyValue("reason", failure.getClass().getSimpleName())
                .log(description);
        if (failure instanceof QueueTooLongException) {
            metrics.failed("overloaded");
            request.response().putHeader("Retry-After", "1");
            Refusal.write(request, 503, "overloaded", "too many requests wait for the server behind the gateway");
        } else if (failure instanceof TimeoutException) {
            metrics.failed("timeout");
            Refusal.write(request, 504, "upstream_timeout", description);
        } else {
            metrics.failed("unreachable");
            Refusal.write(request, 502, "upstream_unreachable", description);
        }
    }

    /** Writes down how an answer ended that nothing can be said in any more. */
    void note(HttpServerRequest request, String message) {
        LOG.atInfo()
                .addKeyValue("requestId", RequestId.of(request))
                .addKeyValue("upstream", upstream)
                .log(message);
    }

    /** A mistake of ours; the message of the exception may hold a secret. Where an answer is being prepared, it is not given. */
    void fault(HttpServerRequest request, RuntimeException failure, boolean answering) {
        LOG.atError()
                .addKeyValue("requestId", RequestId.of(request))
                .addKeyValue("upstream", upstream)
                .addKeyValue("reason", failure.getClass().getSimpleName())
                .log("a request cannot be relayed");
        if (answering) {
            request.response().reset();
        } else {
            Refusal.write(request, 500, "server_error", "an unexpected error happened");
        }
    }

    /** @param credentials whether it refused those of the gateway; otherwise it compressed what has to be looked into */
    void unusable(HttpServerRequest request, boolean credentials) {
        failed(
                request,
                new IllegalStateException(credentials ? "status 401" : "Content-Encoding"),
                credentials
                        ? "the server behind the gateway refused the gateway's credentials"
                        : "the server behind the gateway compressed what has to be looked into");
    }

    /** To clients that means: begin a new session (MCP 2025-11-25 transports, "Session Management"). */
    void noSession(HttpServerRequest request) {
        Refusal.write(request, 404, "session_not_found", "there is no such session; initialize again");
    }

    /** As {@link #noSession}; there was one, at a server that is not there any more. */
    void lostSession(HttpServerRequest request, Throwable failure) {
        if (request.response().headWritten() || request.response().closed()) {
            return;
        }
        metrics.failed("session_lost");
        LOG.atWarn()
                .addKeyValue("requestId", RequestId.of(request))
                .addKeyValue("upstream", upstream)
                .addKeyValue("reason", failure.getClass().getSimpleName())
                .log("the server that held the session cannot be reached");
        noSession(request);
    }

    /** RFC 9110 §15.5.9. */
    void tooSlow(HttpServerRequest request) {
        Refusal.write(request, 408, "request_timeout", "the body of the request did not come in time");
    }

    void tooLarge(HttpServerRequest request) {
        Refusal.write(request, 413, "content_too_large", "the body is larger than this server takes");
    }
}
