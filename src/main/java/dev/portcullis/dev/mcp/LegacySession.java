package dev.portcullis.dev.mcp;

import io.vertx.core.http.HttpServerResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** One session of a client of an era with sessions. Event-loop confined. */
final class LegacySession {
    final String id;
    final String version;
    /** By request id, so that {@code notifications/cancelled} can find them. */
    final Map<Object, Countdown> running = new HashMap<>();

    private Optional<HttpServerResponse> stream = Optional.empty();

    LegacySession(String id, String version) {
        this.id = id;
        this.version = version;
    }

    /** A newer stream takes the place of an older one. */
    void listen(HttpServerResponse response) {
        stream.filter(old -> !old.ended() && !old.closed()).ifPresent(HttpServerResponse::end);
        stream = Optional.of(response);
    }

    void end() {
        stream.filter(open -> !open.ended() && !open.closed()).ifPresent(HttpServerResponse::end);
        running.values().forEach(Countdown::stop);
        running.clear();
    }
}
