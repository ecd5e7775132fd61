package dev.portcullis.mcp;

import dev.portcullis.token.Revocations;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The event streams that are open on this event loop, by the grant whose token opened them. A stream may last for hours and is not asked for a
 * token again, so it is cut when its grant is revoked; that its access token expires does not end it, for that would cancel a call that was
 * allowed (MCP 2026-07-28 transports, "Cancellation"). Short answers are over before it would matter and are not listed. There are never
 * more than connections to the upstreams.
 */
public final class OpenStreams {
    private final Revocations revocations;
    private final Map<String, Set<Stream>> byGrant = new HashMap<>();
    private final Runnable stopListening;

    /** To be made on the event loop it is for. */
    public OpenStreams(Vertx vertx, Revocations revocations) {
        this.revocations = revocations;
        Context loop = vertx.getOrCreateContext();
        this.stopListening = revocations.onRevoked(grantIds -> loop.runOnContext(now -> cut(grantIds)));
    }

    /** Can be cut, once. Compared by identity. */
    static final class Stream {
        private final String grantId;
        private final Runnable cut;

        private Stream(String grantId, Runnable cut) {
            this.grantId = grantId;
            this.cut = cut;
        }
    }

    /**
     * Lists a stream that has just opened. Where its grant was revoked while the upstream was thinking, it is cut at once and not listed.
     *
     * @param cut called at most once, and not after {@link #closed}
     */
    Optional<Stream> opened(String grantId, Runnable cut) {
        if (revocations.isRevoked(grantId)) {
            cut.run();
            return Optional.empty();
        }
        Stream stream = new Stream(grantId, cut);
        byGrant.computeIfAbsent(grantId, first -> new HashSet<>()).add(stream);
        return Optional.of(stream);
    }

    void closed(Stream stream) {
        byGrant.computeIfPresent(stream.grantId, (grantId, streams) -> {
            streams.remove(stream);
            return streams.isEmpty() ? null : streams;
        });
    }

    /** Cuts nothing any more. */
    public void close() {
        stopListening.run();
    }

    private void cut(Collection<String> grantIds) {
        for (String grantId : grantIds) {
            List.copyOf(byGrant.getOrDefault(grantId, Set.of())).forEach(stream -> stream.cut.run());
            byGrant.remove(grantId);
        }
    }
}
