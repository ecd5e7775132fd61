package dev.portcullis.mcp;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Keeps what a client sends behind the stream that it began to open before. A GET needs a connection of its own to the upstream, and the next
 * call of the session, on a connection that is there already, would overtake it; what the upstream then wants to say outside of the call, such
 * as an elicitation, finds no stream and is lost (MCP 2025-11-25 transports, "Listening for Messages from the Server"). There are never more
 * entries than streams that may be open. For any thread: the requests of one session come on several event loops.
 */
public final class StreamOpenings {
    private static final Future<Void> NOTHING_TO_WAIT_FOR = Future.succeededFuture();

    // Shared between event loops, since clients spread the requests of a session over connections.
    private final ConcurrentMap<String, Promise<Void>> bySession = new ConcurrentHashMap<>();

    /** One stream that is being opened. */
    final class Opening {
        private final Vertx vertx;
        private final String session;
        private final Promise<Void> over = Promise.promise();
        private final long timer;

        private Opening(Vertx vertx, String session, Duration atMost) {
            this.vertx = vertx;
            this.session = session;
            bySession.put(session, over);
            this.timer = vertx.setTimer(atMost.toMillis(), late -> end());
        }

        /** The upstream has answered, or will not. More than once is harmless. */
        void end() {
            vertx.cancelTimer(timer);
            bySession.remove(session, over);
            over.tryComplete();
        }
    }

    /**
     * To be called as soon as the client is known to want a stream.
     *
     * @param session as the client has it
     * @param atMost that others wait for it
     */
    Opening begin(Vertx vertx, String session, Duration atMost) {
        return new Opening(vertx, session, atMost);
    }

    /** Succeeds, on the event loop of the caller, once the session has no stream that is being opened. */
    Future<Void> settled(String session) {
        // By far the most calls come when nobody opens anything.
        Promise<Void> opening = bySession.isEmpty() ? null : bySession.get(session);
        if (opening == null) {
            return NOTHING_TO_WAIT_FOR;
        }
        Context loop = Vertx.currentContext();
        Promise<Void> settled = Promise.promise();
        opening.future().onComplete(over -> loop.runOnContext(now -> settled.complete()));
        return settled.future();
    }
}
