package dev.portcullis.dev.mcp;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The live legacy sessions, longest unused first. */
final class SessionTable {
    private static final int ID_BYTES = 24;

    private final Clock clock;
    private final int bound;
    private final Duration idle;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Session> sessions = new LinkedHashMap<>(16, 0.75f, true);

    SessionTable(Clock clock, int bound, Duration idle) {
        this.clock = clock;
        this.bound = bound;
        this.idle = idle;
    }

    /** Opens a session; if the table is full, the longest unused one ends for it. */
    Session open(String protocolVersion) {
        if (sessions.size() >= bound) {
            end(sessions.values().iterator().next().id());
        }
        var id = new byte[ID_BYTES];
        random.nextBytes(id);
        var session = new Session(
                Base64.getUrlEncoder().withoutPadding().encodeToString(id), protocolVersion, clock.instant());
        sessions.put(session.id(), session);
        return session;
    }

    /** The session, which counts as used by this. */
    Optional<Session> find(String id) {
        var session = Optional.ofNullable(sessions.get(id));
        session.ifPresent(found -> found.used(clock.instant()));
        return session;
    }

    void end(String id) {
        Optional.ofNullable(sessions.remove(id)).ifPresent(Session::end);
    }

    void endIdle() {
        var limit = clock.instant().minus(idle);
        var overdue = sessions.values().stream()
                .filter(session -> session.isIdleSince(limit))
                .toList();
        overdue.forEach(session -> end(session.id()));
    }

    void endAll() {
        List.copyOf(sessions.keySet()).forEach(this::end);
    }

    int size() {
        return sessions.size();
    }
}
