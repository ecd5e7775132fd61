package dev.portcullis.dev.mcp;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts what runs or stays open, up to a bound. Taken on the event loop, read from anywhere. */
final class Slots {
    private final int bound;
    private final AtomicInteger taken = new AtomicInteger();

    Slots(int bound) {
        this.bound = bound;
    }

    /** False when all are in use; else {@link #free} is to be called exactly once. */
    boolean take() {
        if (taken.get() >= bound) {
            return false;
        }
        taken.incrementAndGet();
        return true;
    }

    void free() {
        taken.decrementAndGet();
    }

    int taken() {
        return taken.get();
    }
}
