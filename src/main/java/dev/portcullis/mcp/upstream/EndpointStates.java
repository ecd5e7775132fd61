package dev.portcullis.mcp.upstream;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the event loops of one process know together of the endpoints of one upstream, for its metrics: each judges by what it sees itself, and
 * the last word about an endpoint counts. Names are looked up by each loop, too; that they differ for a moment makes no difference here. For
 * any thread.
 */
final class EndpointStates {
    // Never more than the endpoints there are: keys of those that are gone leave with the next look at the names.
    private final Set<String> ejected = ConcurrentHashMap.newKeySet();
    private volatile Set<String> present = Set.of();

    /** @param keys of the endpoints that may have new work */
    void present(Set<String> keys) {
        present = Set.copyOf(keys);
        ejected.retainAll(present);
    }

    /** It failed so often that it is passed over. */
    void ejected(String key) {
        ejected.add(key);
    }

    /** It answered. */
    void well(String key) {
        if (!ejected.isEmpty()) {
            ejected.remove(key);
        }
    }

    int count() {
        return present.size();
    }

    int countHealthy() {
        return count() - countEjected();
    }

    int countEjected() {
        return (int) present.stream().filter(ejected::contains).count();
    }
}
