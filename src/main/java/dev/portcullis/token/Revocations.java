package dev.portcullis.token;

import dev.portcullis.config.Revocation;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The grants that were revoked while access tokens of theirs may still be out, as far as this process knows: {@link RevocationFeed} keeps it
 * up to date, every event loop asks it for each request, from memory. Thread-safe. Bounded: beyond, the oldest are forgotten.
 */
public final class Revocations {
    private final Revocation config;
    private final InstantSource clock;
    private final Map<String, Instant> ends = new ConcurrentHashMap<>();
    // In the order of their coming, which is nearly that of their ends. Guarded by this.
    private final Deque<String> oldestFirst = new ArrayDeque<>();
    private final List<Consumer<Collection<String>>> listeners = new CopyOnWriteArrayList<>();
    private volatile Optional<Instant> confirmed = Optional.empty();

    public Revocations(Revocation config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
    }

    /**
     * A grant that is over.
     *
     * @param rest how long access tokens of it may still be out
     */
    record Revoked(String grantId, Duration rest) {}

    /** Whether tokens of this grant are worth nothing any more. */
    public boolean isRevoked(String grantId) {
        return ends.containsKey(grantId);
    }

    /** Whether this process has compared notes with Redis lately. */
    public boolean isKnown() {
        return confirmed
                .filter(at -> at.plus(config.staleAfter()).isAfter(clock.instant()))
                .isPresent();
    }

    /** Whether no token may pass, because any might have been revoked. */
    boolean refusesAll() {
        return config.whenUnknown() == Revocation.WhenUnknown.DENY && !isKnown();
    }

    public int size() {
        return ends.size();
    }

    /**
     * Tells of grants that were not known to be revoked before, after {@link #isRevoked} has learned of them. On any thread; must not block.
     *
     * @return ends it
     */
    public Runnable onRevoked(Consumer<Collection<String>> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** @param revoked the oldest first */
    void add(Collection<Revoked> revoked) {
        List<String> unknown;
        synchronized (this) {
            forgetEnded();
            unknown = revoked.stream()
                    .filter(one ->
                            ends.putIfAbsent(one.grantId(), clock.instant().plus(one.rest())) == null)
                    .map(Revoked::grantId)
                    .toList();
            oldestFirst.addAll(unknown);
            while (oldestFirst.size() > config.maxGrants()) {
                ends.remove(oldestFirst.remove());
            }
        }
        if (!unknown.isEmpty()) {
            listeners.forEach(listener -> listener.accept(unknown));
        }
    }

    /** All that Redis knows was {@link #add}ed just now. */
    void confirm() {
        confirmed = Optional.of(clock.instant());
    }

    private void forgetEnded() {
        Instant now = clock.instant();
        while (!oldestFirst.isEmpty()) {
            Instant end = ends.get(oldestFirst.element());
            if (end != null && end.isAfter(now)) {
                return;
            }
            ends.remove(oldestFirst.remove());
        }
    }
}
