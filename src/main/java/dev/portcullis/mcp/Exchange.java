package dev.portcullis.mcp;

import dev.portcullis.http.Disconnect;
import dev.portcullis.http.RequestId;
import dev.portcullis.http.Silence;
import dev.portcullis.http.Silences;
import dev.portcullis.http.UnreadBody;
import dev.portcullis.mcp.tools.AnswerFilter;
import dev.portcullis.mcp.upstream.Attempt;
import dev.portcullis.mcp.upstream.Outbound;
import dev.portcullis.mcp.upstream.Upstream;
import dev.portcullis.token.VerifiedToken;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/**
 * One request on its way to the upstream and its answer on the way back, byte for byte and with back-pressure both ways. Whoever leaves takes
 * the other side along: the upstream learns that the client is gone, because in modern MCP that is how a call is cancelled (MCP 2026-07-28
 * transports, "Cancellation"), and the client never takes half an answer for a whole one.
 */
final class Exchange {
    // RFC 9113 §7: the peer is not interested any more.
    private static final long CANCEL = 8;

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final HttpClientRequest outbound;
    private final Attempt attempt;
    private final Upstream upstream;
    private final HeaderPolicy headers;
    private final SessionHeader session;
    private final StepUp stepUp;
    private final Refusals refusals;
    private final Passage passage;
    private final Silence silence;
    private final RequestContent content;
    private boolean answering;
    private Duration betweenBytes = Duration.ZERO;
    private boolean over;
    private Runnable whenOver = () -> {};

    Exchange(
            HttpServerRequest request,
            Outbound outbound,
            Upstream upstream,
            HeaderPolicy headers,
            SessionHeader session,
            StepUp stepUp,
            Refusals refusals,
            Silences silences,
            long maxBody,
            Passage passage) {
        this.request = request;
        this.response = request.response();
        this.outbound = outbound.request();
        this.attempt = outbound.attempt();
        this.upstream = upstream;
        this.headers = headers;
        this.session = session;
        this.stepUp = stepUp;
        this.refusals = refusals;
        this.passage = passage;
        this.silence = silences.listen(this::tooSilent);
        this.content = new RequestContent(request, this.outbound, maxBody, silence, this::tooLarge, this::leave);
    }

    /** @param streams to be told of an event stream for as long as it is open */
    void run(VerifiedToken token, OpenStreams streams) {
        // Also silences what the client library would log for every client that leaves.
        outbound.exceptionHandler(failure -> {});
        if (response.closed()) {
            leave();
            return;
        }
        response.closeHandler(closed -> leave());
        response.exceptionHandler(failure -> leave());
        try {
            send(token, streams);
        } catch (RuntimeException e) {
            fault(e);
        }
    }

    private void send(VerifiedToken token, OpenStreams streams) {
        headers.request(request, token, RequestId.of(request), outbound.headers());
        session.request(outbound.headers());
        attempt.lead(outbound.headers());
        if (passage.inspected()) {
            outbound.headers().remove("Accept-Encoding");
        }
        outbound.response()
                .onSuccess(inbound -> {
                    try {
                        answer(inbound, token);
                    } catch (RuntimeException e) {
                        fault(e);
                    }
                })
                .onFailure(this::fail)
                .onSuccess(inbound -> {
                    if (!over && Framing.isEventStream(inbound)) {
                        Optional<OpenStreams.Stream> open = streams.opened(new OpenStreams.Stream(
                                OpenStreams.Basis.of(token), Era.isStream(request), this::cut, this::end));
                        whenOver = () -> open.ifPresent(streams::closed);
                    }
                });
        outbound.earlyHintsHandler(this::hint);
        silence.limit(upstream.transport().responseTimeout());
        content.send(passage.body());
    }

    private void tooSilent() {
        if (answering && response.writeQueueFull()) {
            // It would hold its place, and the upstream's, for ever.
            leave();
            refusals.note(request, "a client did not take its answer");
            Disconnect.now(request.connection());
        } else if (answering) {
            breakOff();
        } else if (content.isAwaited()) {
            // The endpoint did nothing wrong.
            leave();
            request.pause();
            refusals.tooSlow(request);
        } else {
            fail(new TimeoutException("no answer in time"));
        }
    }

    private void tooLarge() {
        if (over) {
            return;
        }
        leave();
        request.pause();
        if (answering) {
            response.reset(CANCEL);
        } else {
            refusals.tooLarge(request);
        }
    }

    private void answer(HttpClientResponse inbound, VerifiedToken token) {
        if (over) {
            return;
        }
        attempt.answered(inbound.statusCode());
        // The credential that failed is ours, not the client's: its own token is good, a new one would not help it.
        boolean refused = inbound.statusCode() == 401 || inbound.statusCode() == 407;
        if (refused || passage.isOpaque(inbound)) {
            leave();
            request.pause();
            refusals.unusable(request, refused);
            return;
        }
        answering = true;
        response.setStatusCode(inbound.statusCode()).setStatusMessage(inbound.statusMessage());
        headers.response(inbound.headers(), response.headers());
        if (inbound.statusCode() == 403) {
            stepUp.challenge(inbound.headers(), token)
                    .ifPresent(challenge -> response.putHeader("WWW-Authenticate", challenge));
        }
        session.response(response.headers(), attempt.endpoint().key());
        betweenBytes = Framing.isEventStream(inbound)
                ? upstream.transport().streamIdleTimeout()
                : upstream.transport().idleTimeout();
        waitForUpstream();
        new ResponseContent(request, inbound, passage.filter(inbound), silence, this).pass();
    }

    /** As long as the client takes no more of the answer. */
    void waitForClient() {
        silence.limit(upstream.transport().clientIdleTimeout());
    }

    void waitForUpstream() {
        if (!over) {
            silence.limit(betweenBytes);
        }
    }

    /** The answer came to its end; {@code rest} is what is left to write of it. */
    void complete(HttpClientResponse inbound, Buffer rest) {
        if (over) {
            return;
        }
        finish();
        if (rest.length() > 0) {
            response.write(rest);
        }
        if (response.isChunked()) {
            headers.response(inbound.trailers(), response.trailers());
        }
        if (request.isEnded()) {
            response.end();
        } else {
            // The client library would use this connection again, whose next bytes the upstream takes for the rest of
            // this request.
            outbound.connection().close();
            UnreadBody.end(request);
        }
    }

    /** The answer came to its end with these last bytes, as its length said, and so did the request: the end goes out with them. */
    void complete(Buffer last) {
        finish();
        response.end(last);
    }

    boolean isOver() {
        return over;
    }

    /** RFC 9110 §15.2: an intermediary passes interim answers on. */
    private void hint(MultiMap hints) {
        if (!over && !response.headWritten() && request.version() != HttpVersion.HTTP_1_0) {
            MultiMap passed = MultiMap.caseInsensitiveMultiMap();
            headers.response(hints, passed);
            response.writeEarlyHints(passed);
        }
    }

    /** The upstream died before its answer began. */
    private void fail(Throwable failure) {
        if (over) {
            return;
        }
        attempt.failed();
        attempt.broke(failure.getClass().getSimpleName());
        leave();
        request.pause();
        refusals.failed(request, failure, "the server behind the gateway did not answer");
    }

    /** It cannot be relayed as it is. Headers can hold secrets, and the messages of exceptions can hold headers. */
    private void fault(RuntimeException failure) {
        if (over) {
            return;
        }
        attempt.broke(failure.getClass().getSimpleName());
        leave();
        request.pause();
        refusals.fault(request, failure, answering);
    }

    /** The upstream died within its answer: never a clean end, the client must see that it is not whole. */
    void breakOff() {
        if (over) {
            return;
        }
        attempt.broke("broken_off");
        leave();
        refusals.note(request, "the server behind the gateway broke off its answer");
        upstream.metrics().failed("broken_off");
        response.reset(CANCEL);
    }

    /** What cannot be looked into is not passed on, and never ends as if it were whole. */
    void withhold(AnswerFilter.TooLargeException reason) {
        if (!over) {
            attempt.broke("withheld");
            leave();
            refusals.note(request, "an answer was withheld, " + reason.getMessage());
            upstream.metrics().failed("withheld");
            response.reset(CANCEL);
        }
    }

    /** What it was allowed by is worth nothing any more: nothing of it goes on. */
    private void cut(String reason) {
        if (!over) {
            leave();
            refusals.note(request, "stream cut, " + reason);
            response.reset(CANCEL);
        }
    }

    /** This gateway stops. A clean end: the client opens its stream anew, elsewhere. */
    private void end() {
        if (!over) {
            leave();
            response.end();
        }
    }

    /** Nothing more of the upstream; harmless when it is over. Enough where the client is gone, as clients do. */
    private void leave() {
        if (!over) {
            finish();
            boolean stuck = content.isStuck();
            outbound.reset(CANCEL);
            if (stuck && outbound.version() != HttpVersion.HTTP_2) {
                Disconnect.now(outbound.connection());
            }
        }
    }

    private void finish() {
        over = true;
        silence.end();
        attempt.over();
        whenOver.run();
    }
}
