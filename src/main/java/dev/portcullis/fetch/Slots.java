package dev.portcullis.fetch;

import java.util.HashMap;
import java.util.Map;

/** How many of something may be under way, together and for one of those it is done to. Event-loop confined. */
final class Slots {
    private final int max;
    private final int maxEach;
    private final Map<String, Integer> taken = new HashMap<>();
    private int total;

    Slots(int max, int maxEach) {
        this.max = max;
        this.maxEach = maxEach;
    }

    /** False if there is none left; otherwise {@link #release} has to follow. */
    boolean take(String one) {
        if (total >= max || taken.getOrDefault(one, 0) >= maxEach) {
            return false;
        }
        total++;
        taken.merge(one, 1, Integer::sum);
        return true;
    }

    void release(String one) {
        total--;
        taken.computeIfPresent(one, (same, count) -> count == 1 ? null : count - 1);
    }
}
