package dev.portcullis.mcp;

import io.vertx.core.Vertx;
import java.time.Duration;

/** Notices when nothing has happened for too long. One timer at a time, not one for each thing that happens. */
final class Silence {
    private static final long NONE = -1;

    private final Vertx vertx;
    private final Runnable tooLong;
    private long limit;
    private long timer = NONE;
    private long broken = System.nanoTime();

    /** @param tooLong called once for each limit, unless {@link #goOn} is called in it */
    Silence(Vertx vertx, Runnable tooLong) {
        this.vertx = vertx;
        this.tooLong = tooLong;
    }

    /** From now on; zero is no limit. */
    void limit(Duration time) {
        breakIt();
        if (time.toMillis() != limit) {
            end();
            limit = time.toMillis();
            goOn();
        }
    }

    /** Something happened. */
    void breakIt() {
        broken = System.nanoTime();
    }

    /** Waits for the whole limit again. */
    void goOn() {
        if (limit > 0) {
            listen(limit);
        }
    }

    void end() {
        vertx.cancelTimer(timer);
        timer = NONE;
    }

    private void listen(long millis) {
        timer = vertx.setTimer(Math.max(1, millis), late -> {
            long silent = (System.nanoTime() - broken) / 1_000_000;
            if (silent < limit) {
                listen(limit - silent);
            } else {
                tooLong.run();
            }
        });
    }
}
