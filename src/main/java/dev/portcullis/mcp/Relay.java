package dev.portcullis.mcp;

import dev.portcullis.token.VerifiedToken;
import io.vertx.core.http.HttpServerRequest;

/**
 * Relays exchanges to one upstream. Nothing is retried: a call that may have reached the upstream may have had its effect.
 */
final class Relay {
    private final Upstream upstream;
    private final HeaderPolicy headers;
    private final Refusals refusals;
    private final long maxBody;
    private final OpenStreams streams;

    /** @param maxBody bytes of a request's body; more is answered 413 */
    Relay(Upstream upstream, HeaderPolicy headers, long maxBody, OpenStreams streams) {
        this.upstream = upstream;
        this.headers = headers;
        this.refusals = new Refusals(upstream);
        this.maxBody = maxBody;
        this.streams = streams;
    }

    /** The request must be paused; it is read when the upstream is ready for it. */
    void relay(HttpServerRequest request, VerifiedToken token, Passage passage) {
        if (isTooLarge(request)) {
            refusals.tooLarge(request);
            return;
        }
        upstream.connect(request.method())
                .onSuccess(outbound -> new Exchange(request, outbound, upstream, headers, refusals, maxBody, passage)
                        .run(token, streams))
                .onFailure(failure ->
                        refusals.failed(request, failure, "the server behind the gateway cannot be reached"));
    }

    private boolean isTooLarge(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        // The parser lets through only digits; more of them than 18 need not be read.
        return length != null && (length.length() > 18 || Long.parseLong(length) > maxBody);
    }
}
