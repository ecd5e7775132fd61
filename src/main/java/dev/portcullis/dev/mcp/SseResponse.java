package dev.portcullis.dev.mcp;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An HTTP response that carries Server-Sent Events. While it is silent it sends comments, so that nobody on the way
 * takes it for dead. A client that reads too slowly loses comments and whatever is {@linkplain #offer offered}, never
 * what is {@linkplain #send sent}.
 */
final class SseResponse {
    private final Vertx vertx;
    private final HttpServerResponse response;
    private final List<Runnable> closeActions = new ArrayList<>();
    private final long keepAliveTimer;
    private boolean closed;

    /** Sends the response head and a first comment at once. */
    SseResponse(Vertx vertx, HttpServerResponse response, Duration keepAlive) {
        this.vertx = vertx;
        this.response = response;
        response.setChunked(true)
                .putHeader("Content-Type", Headers.EVENT_STREAM)
                .putHeader("Cache-Control", "no-cache, no-transform")
                // Asks proxies not to hold events back (MCP 2026-07-28 transports, "Receiving Messages").
                .putHeader("X-Accel-Buffering", "no")
                .exceptionHandler(failure -> closed())
                .closeHandler(nothing -> closed());
        response.write(": open\n\n");
        keepAliveTimer = vertx.setPeriodic(keepAlive.toMillis(), timer -> comment());
    }

    /** Runs the action when the client has gone or the stream has ended, or now if that was before. */
    void onClose(Runnable action) {
        if (closed) {
            action.run();
        } else {
            closeActions.add(action);
        }
    }

    /**
     * An event with an id and no data: from then on the client can resume (MCP 2025-11-25 transports, "Sending
     * Messages").
     */
    void prime(String eventId) {
        if (!closed) {
            response.write("id: " + eventId + "\ndata: \n\n");
        }
    }

    void send(JsonObject message) {
        write(Optional.empty(), message.encode());
    }

    void send(String eventId, String data) {
        write(Optional.of(eventId), data);
    }

    /** Sends the message only if the client keeps up. */
    void offer(JsonObject message) {
        if (!congested()) {
            send(message);
        }
    }

    boolean congested() {
        return closed || response.writeQueueFull();
    }

    Future<Void> end() {
        if (closed) {
            return Future.succeededFuture();
        }
        var ended = response.end();
        closed();
        return ended;
    }

    private void comment() {
        if (!congested()) {
            response.write(": keep-alive\n\n");
        }
    }

    private void write(Optional<String> eventId, String data) {
        if (!closed) {
            response.write(
                    "event: message\n" + eventId.map(id -> "id: " + id + "\n").orElse("") + "data: " + data + "\n\n");
        }
    }

    private void closed() {
        if (!closed) {
            closed = true;
            vertx.cancelTimer(keepAliveTimer);
            List.copyOf(closeActions).forEach(Runnable::run);
            closeActions.clear();
        }
    }
}
