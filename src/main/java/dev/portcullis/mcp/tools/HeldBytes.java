package dev.portcullis.mcp.tools;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much a tool policy holds back at once until messages are whole: a user's part of it, or all of it. Without a bound it would be the number
 * of open exchanges times the size of a message, which is more than a process has. For any thread.
 */
public final class HeldBytes {
    private final long most;
    // Shared by the event loops, whose exchanges draw on the same memory.
    private final AtomicLong held = new AtomicLong();

    /** @param most bytes */
    public HeldBytes(long most) {
        this.most = most;
    }

    boolean take(long bytes) {
        if (held.addAndGet(bytes) > most) {
            held.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    void give(long bytes) {
        held.addAndGet(-bytes);
    }
}
