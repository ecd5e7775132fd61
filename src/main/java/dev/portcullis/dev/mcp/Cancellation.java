package dev.portcullis.dev.mcp;

import java.util.ArrayList;
import java.util.List;

/** Tells a running call, once, that nobody waits for its result any more. Confined to one event loop. */
final class Cancellation {
    private final List<Runnable> actions = new ArrayList<>();
    private boolean cancelled;

    /** Runs the action when the call is cancelled, or now if it already is. */
    void onCancel(Runnable action) {
        if (cancelled) {
            action.run();
        } else {
            actions.add(action);
        }
    }

    void cancel() {
        if (!cancelled) {
            cancelled = true;
            List.copyOf(actions).forEach(Runnable::run);
            actions.clear();
        }
    }

    boolean isCancelled() {
        return cancelled;
    }
}
