package dev.portcullis.dev.mcp;

import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * The stream that answers one legacy request. It outlives the connection it started on, because in those revisions a
 * lost connection is no cancellation: the client comes back with {@code Last-Event-ID} (MCP 2025-11-25 transports,
 * "Resumability and Redelivery"). Only the latest events are kept.
 */
final class ReplayableStream {
    private static final int KEPT_EVENTS = 64;

    private final int id;
    private final Deque<Event> kept = new ArrayDeque<>();
    private Optional<SseResponse> client = Optional.empty();
    private int latest;
    private boolean finished;

    ReplayableStream(int id) {
        this.id = id;
    }

    /** Names one event of one stream of a session. */
    record Position(int stream, int event) {
        static Optional<Position> parse(String lastEventId) {
            if (!lastEventId.matches("[0-9]{1,9}-[0-9]{1,9}")) {
                return Optional.empty();
            }
            var parts = lastEventId.split("-", 2);
            return Optional.of(new Position(Integer.parseInt(parts[0]), Integer.parseInt(parts[1])));
        }

        @Override
        public String toString() {
            return stream + "-" + event;
        }
    }

    private record Event(int number, String data) {}

    int id() {
        return id;
    }

    boolean isFinished() {
        return finished;
    }

    /** Whether a client that has seen this event could still learn something. */
    boolean hasMoreAfter(int event) {
        return !finished || latest > event;
    }

    /** Starts on this connection; {@code primed} if the client knows what an event without data is for. */
    void start(SseResponse connection, boolean primed) {
        attach(connection);
        if (primed) {
            connection.prime(new Position(id, latest).toString());
        }
    }

    /** Goes on on this connection with everything after that event. */
    void resume(SseResponse connection, int after) {
        client.ifPresent(SseResponse::end);
        attach(connection);
        kept.stream().filter(event -> event.number() > after).forEach(event -> send(connection, event));
        if (finished) {
            connection.end();
        }
    }

    void message(JsonObject message) {
        if (finished) {
            return;
        }
        var event = new Event(++latest, message.encode());
        kept.addLast(event);
        if (kept.size() > KEPT_EVENTS) {
            kept.removeFirst();
        }
        client.ifPresent(connection -> send(connection, event));
    }

    /** No message follows. */
    void finish() {
        finished = true;
        client.ifPresent(SseResponse::end);
    }

    private void attach(SseResponse connection) {
        client = Optional.of(connection);
        connection.onClose(() -> client = client.filter(current -> current != connection));
    }

    private void send(SseResponse connection, Event event) {
        connection.send(new Position(id, event.number()).toString(), event.data());
    }
}
