package dev.portcullis.mcp;

import dev.portcullis.http.Silences;
import dev.portcullis.mcp.upstream.Endpoint;
import dev.portcullis.mcp.upstream.Outbound;
import dev.portcullis.mcp.upstream.QueueTooLongException;
import dev.portcullis.mcp.upstream.Upstream;
import dev.portcullis.token.VerifiedToken;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Relays exchanges to one upstream: those of a session to the endpoint where it lives, all others to whichever suits. Nothing that was sent is
 * sent again: a call that may have reached the upstream may have had its effect.
 */
final class Relay {
    private final Vertx vertx;
    private final Upstream upstream;
    private final HeaderPolicy headers;
    private final SessionIds sessions;
    private final StepUp stepUp;
    private final Refusals refusals;
    private final Silences silences;
    private final long maxBody;
    private final OpenStreams streams;
    private final StreamOpenings openings;

    /** @param maxBody bytes of a request's body; more is answered 413 */
    Relay(
            Vertx vertx,
            Upstream upstream,
            HeaderPolicy headers,
            SessionIds sessions,
            StepUp stepUp,
            Silences silences,
            long maxBody,
            OpenStreams streams,
            StreamOpenings openings) {
        this.vertx = vertx;
        this.upstream = upstream;
        this.headers = headers;
        this.refusals = new Refusals(upstream);
        this.sessions = sessions;
        this.stepUp = stepUp;
        this.silences = silences;
        this.maxBody = maxBody;
        this.streams = streams;
        this.openings = openings;
    }

    /** The request must be paused; it is read when the upstream is ready for it. */
    void relay(HttpServerRequest request, VerifiedToken token, Passage passage) {
        if (isTooLarge(request)) {
            refusals.tooLarge(request);
            return;
        }
        Era era = Era.of(request.headers());
        List<String> presented =
                era == Era.MODERN ? List.of() : request.headers().getAll(SessionHeader.NAME);
        if (presented.isEmpty()) {
            run(
                    request,
                    token,
                    passage,
                    new SessionHeader(sessions, token, era, Optional.empty()),
                    upstream.connect(request.method(), Era.isStream(request)));
            return;
        }
        Optional<SessionIds.Session> session =
                presented.size() > 1 ? Optional.empty() : sessions.open(presented.get(0), token);
        if (session.isEmpty()) {
            refusals.noSession(request);
            return;
        }
        SessionHeader header = new SessionHeader(sessions, token, era, session);
        Duration headStart = upstream.transport().streamHeadStart();
        if (Era.isStream(request) && !headStart.isZero()) {
            StreamOpenings.Opening opening = openings.begin(vertx, session.get().sealed(), headStart);
            Future<Outbound> connected = connect(request, session.get());
            run(request, token, passage, header, connected);
            connected.compose(sent -> sent.request().response()).onComplete(answered -> opening.end());
        } else {
            openings.settled(session.get().sealed())
                    .onSuccess(settled -> run(request, token, passage, header, connect(request, session.get())));
        }
    }

    /** Nothing new will come. */
    void retire() {
        upstream.retire();
    }

    private Future<Outbound> connect(HttpServerRequest request, SessionIds.Session session) {
        return upstream.find(session.endpoint()).compose(endpoint -> {
            if (endpoint.isEmpty()) {
                ConnectException gone = new ConnectException("the endpoint of the session is gone");
                refusals.lostSession(request, gone);
                return Future.failedFuture(gone);
            }
            return connect(request, endpoint.get());
        });
    }

    /** Where the endpoint cannot be reached and there is another, the session is gone, and its client had better begin a new one. */
    private Future<Outbound> connect(HttpServerRequest request, Endpoint endpoint) {
        return upstream.connect(endpoint, request.method(), Era.isStream(request))
                .onFailure(failure -> {
                    if (!(failure instanceof QueueTooLongException) && upstream.hasOtherThan(endpoint)) {
                        refusals.lostSession(request, failure);
                    }
                });
    }

    private void run(
            HttpServerRequest request,
            VerifiedToken token,
            Passage passage,
            SessionHeader session,
            Future<Outbound> connected) {
        connected
                .onSuccess(outbound -> new Exchange(
                                request, outbound, upstream, headers, session, stepUp, refusals, silences, maxBody,
                                passage)
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
