package dev.portcullis.mcp.tools;

/**
 * What one exchange holds back of its messages. The first of it is free, so that whoever sends small messages is never kept out by those who send
 * large ones. Event-loop confined but for {@link #isOver}.
 */
public final class Holding {
    // Bytes. Most calls are smaller, and as many exchanges as may be open take no memory to speak of with it.
    private static final long FREE = 8 * 1024;

    private final HeldBytes all;
    private final HeldBytes ofUser;
    private long held;
    private boolean pinned;
    // Volatile for those who work for it on another thread.
    private volatile boolean over;

    /** Whether there is any for what has to be held. */
    public enum Room {
        ENOUGH,
        /** The user has to give something back first. */
        NONE_FOR_USER,
        NONE
    }

    public Holding(HeldBytes all, HeldBytes ofUser) {
        this.all = all;
        this.ofUser = ofUser;
    }

    /** So many bytes more; where there is no room they count nowhere. */
    public Room take(int bytes) {
        long counted = counted(held + bytes) - counted(held);
        if (over || !ofUser.take(counted)) {
            return Room.NONE_FOR_USER;
        }
        if (!all.take(counted)) {
            ofUser.give(counted);
            return Room.NONE;
        }
        held += bytes;
        return Room.ENOUGH;
    }

    void give(int bytes) {
        if (!over) {
            giveBack(counted(held) - counted(held - bytes));
            held -= bytes;
        }
    }

    /** Until {@link #unpin} somebody else reads what is held, and it counts even if the exchange is over. */
    public void pin() {
        pinned = true;
    }

    public void unpin() {
        pinned = false;
        if (over) {
            giveAllBack();
        }
    }

    public boolean isOver() {
        return over;
    }

    /** The exchange is over, or holds nothing any more. */
    public void end() {
        over = true;
        if (!pinned) {
            giveAllBack();
        }
    }

    private void giveAllBack() {
        giveBack(counted(held));
        held = 0;
    }

    private void giveBack(long bytes) {
        all.give(bytes);
        ofUser.give(bytes);
    }

    private static long counted(long bytes) {
        return Math.max(0, bytes - FREE);
    }
}
