package dev.portcullis.mcp;

import dev.portcullis.token.VerifiedToken;
import io.vertx.core.MultiMap;
import java.util.Optional;

/** What becomes of the session id in one exchange, both ways. */
final class SessionHeader {
    static final String NAME = "Mcp-Session-Id";
    private static final String LAST_EVENT = "Last-Event-ID";

    private final SessionIds ids;
    private final VerifiedToken token;
    private final Era era;
    private final Optional<SessionIds.Session> session;

    /** @param session of the request, if it is in one */
    SessionHeader(SessionIds ids, VerifiedToken token, Era era, Optional<SessionIds.Session> session) {
        this.ids = ids;
        this.token = token;
        this.era = era;
        this.session = session;
    }

    void request(MultiMap headers) {
        if (era == Era.MODERN) {
            // To be ignored (MCP 2026-07-28 transports, "Earlier Streamable HTTP Revisions").
            headers.remove(NAME);
            headers.remove(LAST_EVENT);
        } else if (session.isPresent()) {
            headers.set(NAME, session.get().id());
        }
    }

    /** @param endpoint the key of the one that answers */
    void response(MultiMap headers, String endpoint) {
        String id = headers.get(NAME);
        if (id == null) {
            return;
        }
        if (era == Era.MODERN) {
            headers.remove(NAME);
        } else {
            // Many servers repeat it in every answer; to the client it stays the same.
            headers.set(
                    NAME,
                    session.filter(known -> known.id().equals(id))
                            .map(SessionIds.Session::sealed)
                            .orElseGet(() -> ids.seal(endpoint, id, token)));
        }
    }
}
