package dev.portcullis.fetch;

import java.util.HashMap;
import java.util.Map;

/** How many fetches may be under way, together and for one host. Event-loop confined. */
final class Slots {
    private final int max;
    private final int maxPerHost;
    private final Map<String, Integer> taken = new HashMap<>();
    private int total;

    Slots(int max, int maxPerHost) {
        this.max = max;
        this.maxPerHost = maxPerHost;
    }

    /** False if there is none left; otherwise {@link #release} has to follow. */
    boolean take(String host) {
        if (total >= max || taken.getOrDefault(host, 0) >= maxPerHost) {
            return false;
        }
        total++;
        taken.merge(host, 1, Integer::sum);
        return true;
    }

    void release(String host) {
        total--;
        taken.computeIfPresent(host, (name, count) -> count == 1 ? null : count - 1);
    }
}
