package dev.portcullis.mcp;

import dev.portcullis.crypto.Sealer;
import dev.portcullis.token.VerifiedToken;
import java.util.Optional;

/**
 * The session ids that clients of one upstream see: the upstream's own id and the endpoint where the session lives, sealed for this user and
 * this client. So any replica of the gateway finds the way to it, and nobody else's session is found at all, even where the upstream itself
 * would go by the id alone (MCP 2025-11-25 security best practices, "Session Hijacking"). Printable ASCII, some 80 characters longer than
 * the upstream's id.
 */
final class SessionIds {
    private final Sealer sealer;
    private final String upstream;

    SessionIds(Sealer sealer, String upstream) {
        this.sealer = sealer;
        this.upstream = upstream;
    }

    /**
     * A session that belongs to who presents it.
     *
     * @param sealed as the client has it
     * @param endpoint the key of the endpoint
     * @param id as the upstream has it
     */
    record Session(String sealed, String endpoint, String id) {}

    String seal(String endpoint, String id, VerifiedToken token) {
        return sealer.seal(endpoint + ' ' + id, context(token));
    }

    /** Empty for what is not a session of this user and client here. */
    Optional<Session> open(String sealed, VerifiedToken token) {
        return sealer.open(sealed, context(token)).map(text -> {
            int space = text.indexOf(' ');
            return new Session(sealed, text.substring(0, space), text.substring(space + 1));
        });
    }

    /** None of the parts can hold a line break. */
    private String context(VerifiedToken token) {
        return "mcp session\n" + upstream + '\n' + token.user().subject() + '\n' + token.clientId();
    }
}
