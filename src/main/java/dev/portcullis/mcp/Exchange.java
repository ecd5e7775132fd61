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
        guarded(() -> send(token, streams));
    }

    private void guarded(Runnable step) {
        try {
            step.run();
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
                .onSuccess(inbound -> guarded(() -> answer(inbound, token)))
                .onFailure(this::fail)
                .onSuccess(inbound -> {
                    if (!over && Framing.isEventStream(inbound)) {
                        Optional<OpenStreams.Stream> open = streams.opened(new OpenStreams.Stream(
                                OpenStreams.Basis.of(token),
                                Era.isStream(request),
                                why -> cut("stream cut, " + why),
                                this::end));
                        whenOver = () -> open.ifPresent(streams::closed);
                    }
                });
        outbound.earlyHintsHandler(hints -> headers.hints(hints, request));
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

    /** The upstream died within its answer. */
    void breakOff() {
        breakOff("broken_off", "the server behind the gateway broke off its answer");
    }

    /** What cannot be looked into is not passed on. */
    void withhold(AnswerFilter.TooLargeException reason) {
        breakOff("withheld", "an answer was withheld, " + reason.getMessage());
    }

    /** Never a clean end: the client must see that the answer is not whole. */
    private void breakOff(String failure, String note) {
        if (!over) {
            attempt.broke(failure);
            upstream.metrics().failed(failure);
            cut(note);
        }
    }

    /** Nothing more of it goes on. */
    private void cut(String note) {
        if (!over) {
            leave();
            refusals.note(request, note);
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
