package dev.portcullis.mcp;

import dev.portcullis.token.Revocations;
import dev.portcullis.token.VerifiedToken;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The event streams that are open on this event loop, by the grant whose token opened them. A stream may last for hours and is not asked for a
 * token again, so it is cut when its grant is revoked, or when what its token said is not good any more; that the token expires does not
 * end it, for that would cancel a call that was allowed (MCP 2026-07-28 transports, "Cancellation"). Short answers are over before it would
 * matter and are not listed. There are never more than connections to the upstreams.
 */
public final class OpenStreams {
    private final Vertx vertx;
    private final Context loop;
    private final Revocations revocations;
    private final Predicate<Basis> allowed;
    private final Map<String, Set<Stream>> byGrant = new HashMap<>();
    private final List<Runnable> stopListening = new ArrayList<>();
    // By the clock of System.nanoTime; empty until this gateway is asked to stop.
    private OptionalLong endsBy = OptionalLong.empty();

    /**
     * To be made on the event loop it is for.
     *
     * @param allowed asked for each stream that opens, and for all of them at a review; on the event loop, must not block
     */
    public OpenStreams(Vertx vertx, Revocations revocations, Predicate<Basis> allowed) {
        this.vertx = vertx;
        this.loop = vertx.getOrCreateContext();
        this.revocations = revocations;
        this.allowed = allowed;
        stopListening.add(revocations.onRevoked(grantIds -> loop.runOnContext(now -> cut(grantIds))));
    }

    /**
     * What a stream was opened with, of all that was verified. The token itself need not stay for hours.
     *
     * @param keyIds of our keys that the token was made with
     */
    public record Basis(String grantId, String clientId, Set<String> keyIds) {
        static Basis of(VerifiedToken token) {
            return new Basis(token.grantId(), token.clientId(), token.keyIds());
        }
    }

    /** Can be cut or ended, once. Compared by identity. */
    static final class Stream {
        private final Basis basis;
        private final boolean forListening;
        private final Consumer<String> cut;
        private final Runnable end;

        /**
         * @param forListening whether it carries no answer that a caller waits for
         * @param cut the client must see that something is wrong; gets the reason, for the log
         * @param end the client must see that all is well
         */
        Stream(Basis basis, boolean forListening, Consumer<String> cut, Runnable end) {
            this.basis = basis;
            this.forListening = forListening;
            this.cut = cut;
            this.end = end;
        }
    }

    /**
     * Lists a stream that has just opened. Where what it was opened with lost its worth while the upstream was thinking, it is cut at once and
     * not listed.
     *
     * @param stream cut or ended at most once, and not after {@link #closed}
     */
    Optional<Stream> opened(Stream stream) {
        if (revocations.isRevoked(stream.basis.grantId())) {
            stream.cut.accept("revoked");
            return Optional.empty();
        }
        if (!allowed.test(stream.basis)) {
            stream.cut.accept("not_allowed");
            return Optional.empty();
        }
        byGrant.computeIfAbsent(stream.basis.grantId(), first -> new HashSet<>())
                .add(stream);
        if (stream.forListening) {
            // Asked for before, or on a connection from before.
            endsBy.ifPresent(end -> endLater(
                    stream,
                    Math.round(TimeUnit.NANOSECONDS.toMillis(Math.max(0, end - System.nanoTime()))
                            * ThreadLocalRandom.current().nextDouble())));
        }
        return Optional.of(stream);
    }

    void closed(Stream stream) {
        byGrant.computeIfPresent(stream.basis.grantId(), (grantId, streams) -> {
            streams.remove(stream);
            return streams.isEmpty() ? null : streams;
        });
    }

    /**
     * Ends the streams for listening, spread evenly over some time, so that not all clients open new ones in the same moment; also those that
     * open from now on. The others end by themselves with the calls they answer.
     */
    public void endAll(Duration within) {
        endsBy = OptionalLong.of(System.nanoTime() + within.toNanos());
        List<Stream> listening =
                all().stream().filter(stream -> stream.forListening).toList();
        for (int i = 0; i < listening.size(); i++) {
            endLater(listening.get(i), within.toMillis() * i / listening.size());
        }
    }

    private void endLater(Stream stream, long millis) {
        vertx.setTimer(1 + millis, due -> {
            if (byGrant.getOrDefault(stream.basis.grantId(), Set.of()).contains(stream)) {
                stream.end.run();
            }
        });
    }

    /**
     * Reviews the streams whenever something changes that decides about them.
     *
     * @param changes takes whom to tell of them, on any thread, and answers what ends that
     */
    public void reviewOn(Function<Runnable, Runnable> changes) {
        stopListening.add(changes.apply(this::review));
    }

    /** Cuts the streams that are not allowed any more. On any thread. */
    private void review() {
        loop.runOnContext(now -> all().stream()
                .filter(stream -> !allowed.test(stream.basis))
                .forEach(stream -> {
                    closed(stream);
                    stream.cut.accept("not_allowed");
                }));
    }

    /** Cuts nothing any more. */
    public void close() {
        stopListening.forEach(Runnable::run);
    }

    private List<Stream> all() {
        return byGrant.values().stream().flatMap(Set::stream).toList();
    }

    private void cut(Collection<String> grantIds) {
        for (String grantId : grantIds) {
            List.copyOf(byGrant.getOrDefault(grantId, Set.of())).forEach(stream -> stream.cut.accept("revoked"));
            byGrant.remove(grantId);
        }
    }
}
