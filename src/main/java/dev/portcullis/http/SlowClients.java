package dev.portcullis.http;

import dev.portcullis.config.GatewayConfig;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Closes the connections of clients that take too long: with the head of their first request, with a body that the gateway reads itself, and
 * with the next request. A time limit on silence would end streams that have nothing to say, so each connection waits for one thing at a time,
 * and for nothing while an exchange with an upstream is under way, which has limits of its own. Belongs to one event loop.
 */
public final class SlowClients implements Visits.Watcher {
    private final Silences silences;
    private final Duration head;
    private final Duration body;
    private final Duration keepAlive;
    private final Map<HttpConnection, Guest> guests = new IdentityHashMap<>();

    public SlowClients(Vertx vertx, GatewayConfig.Http http) {
        this.silences = new Silences(vertx);
        this.head = http.headTimeout();
        this.body = http.bodyTimeout();
        this.keepAlive = http.keepAlive();
    }

    /** A client has connected. */
    public void accept(HttpConnection connection) {
        Guest guest = new Guest(connection);
        guests.put(connection, guest);
        connection.closeHandler(closed -> {
            guest.leave();
            guests.remove(connection);
        });
        guest.waitFor(head);
    }

    @Override
    public void begun(Visit visit) {
        Guest guest = guests.get(visit.request().connection());
        if (guest != null) {
            guest.begun(visit.request(), visit.route().upstream().isEmpty());
            visit.onEnd(guest.ended);
        }
    }

    /** A request that is no visit; takes the end handler of its response. */
    public void begun(HttpServerRequest request) {
        Guest guest = guests.get(request.connection());
        if (guest != null) {
            guest.begun(request, true);
            request.response().endHandler(over -> guest.ended.run());
        }
    }

    /** One connection. */
    private final class Guest {
        private final HttpConnection connection;
        private final Silences.Place place = new Silences.Place(this::due);
        private final Runnable ended = this::ended;
        // The one under way, or the last one as long as its body has not come to its end.
        private Optional<HttpServerRequest> request = Optional.empty();
        private boolean answering;
        private boolean gone;

        Guest(HttpConnection connection) {
            this.connection = connection;
        }

        void waitFor(Duration time) {
            silences.join(place, time.toMillis());
        }

        void leave() {
            gone = true;
            place.leave();
        }

        void begun(HttpServerRequest begun, boolean readHere) {
            place.leave();
            request = Optional.of(begun);
            answering = true;
            if (readHere && hasBody(begun)) {
                waitFor(body);
            }
        }

        private void ended() {
            answering = false;
            if (!gone) {
                place.leave();
                waitFor(isWhole() ? keepAlive : body);
            }
        }

        private boolean isWhole() {
            if (request.isPresent() && request.get().isEnded()) {
                request = Optional.empty();
            }
            return request.isEmpty();
        }

        private void due() {
            if (answering) {
                request.filter(late -> !late.isEnded()).ifPresent(this::refuse);
            } else if (request.isPresent() && isWhole()) {
                // The end of it came only just after that of the answer.
                waitFor(keepAlive);
            } else {
                Disconnect.now(connection);
            }
        }

        /** RFC 9110 §15.5.9. */
        private void refuse(HttpServerRequest late) {
            if (late.response().headWritten()) {
                Disconnect.now(connection);
                return;
            }
            JsonObject error = new JsonObject()
                    .put("error", "invalid_request")
                    .put("error_description", "the body of the request did not come in time");
            Answers.json(late, 408, error).onComplete(written -> Disconnect.now(connection));
        }
    }

    private static boolean hasBody(HttpServerRequest request) {
        return request.headers().contains(HttpHeaders.CONTENT_LENGTH)
                || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    }
}
