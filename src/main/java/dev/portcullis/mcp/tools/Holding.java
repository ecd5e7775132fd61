package dev.portcullis.mcp.tools;

/** What one exchange holds back of its messages. Event-loop confined. */
public final class Holding {
    private final HeldBytes all;
    private final HeldBytes ofUser;
    private long held;
    private boolean ended;

    public Holding(HeldBytes all, HeldBytes ofUser) {
        this.all = all;
        this.ofUser = ofUser;
    }

    /** Answers whether there is room for so many bytes more. */
    public boolean take(int bytes) {
        if (ended || !ofUser.take(bytes)) {
            return false;
        }
        if (!all.take(bytes)) {
            ofUser.give(bytes);
            return false;
        }
        held += bytes;
        return true;
    }

    void give(int bytes) {
        if (!ended) {
            held -= bytes;
            all.give(bytes);
            ofUser.give(bytes);
        }
    }

    /** The exchange is over. */
    public void end() {
        if (!ended) {
            ended = true;
            all.give(held);
            ofUser.give(held);
        }
    }
}
