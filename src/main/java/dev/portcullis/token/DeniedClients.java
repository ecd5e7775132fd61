package dev.portcullis.token;

import dev.portcullis.audit.ClientReference;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The clients that the operator switched off. The list changes while the gateway runs; whoever asks anew each time knows at once. Thread-safe,
 * and free of cost while it is empty.
 */
public final class DeniedClients {
    private static final String REFERENCE = "sha256:";

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Entries entries;

    /** @param references whether some are such as logs have them */
    private record Entries(Set<String> ids, boolean references) {
        static Entries of(Set<String> ids) {
            return new Entries(Set.copyOf(ids), ids.stream().anyMatch(id -> id.startsWith(REFERENCE)));
        }
    }

    /** @param ids whole ones, or as {@link ClientReference} shortens them */
    public DeniedClients(Set<String> ids) {
        this.entries = Entries.of(ids);
    }

    public boolean isDenied(String clientId) {
        Entries now = entries;
        return !now.ids().isEmpty()
                && (now.ids().contains(clientId)
                        || (now.references() && now.ids().contains(ClientReference.of(clientId))));
    }

    /** From now on these are denied and no others; tells those who want to know, and answers which were denied before. */
    public synchronized Set<String> adopt(Set<String> ids) {
        Entries before = entries;
        Entries next = Entries.of(ids);
        if (!next.equals(before)) {
            entries = next;
            listeners.forEach(Runnable::run);
        }
        return before.ids();
    }

    /**
     * @param listener called on any thread, must not block
     * @return ends it
     */
    public Runnable onChange(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
