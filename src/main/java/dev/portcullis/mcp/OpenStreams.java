package dev.portcullis.mcp;

import dev.portcullis.token.Revocations;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
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

    /** Can be cut or ended, once. Compared by identity. */
    static final class Stream {
        private final String grantId;
        private final boolean forListening;
        private final Runnable cut;
        private final Runnable end;

        /**
         * @param forListening whether it carries no answer that a caller waits for
         * @param cut the client must see that something is wrong
         * @param end the client must see that all is well
         */
        Stream(String grantId, boolean forListening, Runnable cut, Runnable end) {
            this.grantId = grantId;
            this.forListening = forListening;
            this.cut = cut;
            this.end = end;
        }
    }

    /**
     * Lists a stream that has just opened. Where its grant was revoked while the upstream was thinking, it is cut at once and not listed.
     *
     * @param stream cut or ended at most once, and not after {@link #closed}
     */
    Optional<Stream> opened(Stream stream) {
        if (revocations.isRevoked(stream.grantId)) {
            stream.cut.run();
            return Optional.empty();
        }
        byGrant.computeIfAbsent(stream.grantId, first -> new HashSet<>()).add(stream);
        return Optional.of(stream);
    }

    void closed(Stream stream) {
        byGrant.computeIfPresent(stream.grantId, (grantId, streams) -> {
            streams.remove(stream);
            return streams.isEmpty() ? null : streams;
        });
    }

    /**
     * Ends the streams for listening, spread evenly over some time, so that not all clients open new ones in the same moment. The others end by
     * themselves with the calls they answer.
     */
    public void endAll(Vertx vertx, Duration within) {
        List<Stream> listening = byGrant.values().stream()
                .flatMap(Set::stream)
                .filter(stream -> stream.forListening)
                .toList();
        for (int i = 0; i < listening.size(); i++) {
            Stream stream = listening.get(i);
            vertx.setTimer(1 + within.toMillis() * i / listening.size(), due -> {
                if (byGrant.getOrDefault(stream.grantId, Set.of()).contains(stream)) {
                    stream.end.run();
                }
            });
        }
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
