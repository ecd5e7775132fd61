package dev.portcullis.mcp.upstream;

import java.util.concurrent.atomic.LongAdder;

/** How the connections to one upstream are used that calls, or streams, have for themselves: all event loops counted together. */
final class Pool {
    private final LongAdder waiting = new LongAdder();
    private final LongAdder busy = new LongAdder();

    /** A request asks for a connection. */
    void waits() {
        waiting.increment();
    }

    /** It has one, or none came about. */
    void waited() {
        waiting.decrement();
    }

    void took() {
        busy.increment();
    }

    void gave() {
        busy.decrement();
    }

    long waiting() {
        return waiting.sum();
    }

    long busy() {
        return busy.sum();
    }
}
