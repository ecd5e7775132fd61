package dev.portcullis.http;

import java.time.Duration;

/** Notices when nothing has happened for too long in one exchange. */
public final class Silence {
    private static final long NONE = -1;

    private final Silences silences;
    private final Runnable tooLong;
    private final Silences.Place place = new Silences.Place(this::due);
    private long limit;
    private long timer = NONE;
    private long broken = System.nanoTime();

    Silence(Silences silences, Runnable tooLong) {
        this.silences = silences;
        this.tooLong = tooLong;
    }

    /** From now on; zero is no limit. */
    public void limit(Duration time) {
        breakIt();
        if (time.toMillis() != limit) {
            end();
            limit = time.toMillis();
            goOn();
        }
    }

    /** Something happened. */
    public void breakIt() {
        broken = System.nanoTime();
    }

    /** Waits for the whole limit again. */
    public void goOn() {
        if (limit > 0) {
            silences.join(place, limit);
        }
    }

    public void end() {
        place.leave();
        if (timer != NONE) {
            silences.vertx().cancelTimer(timer);
            timer = NONE;
        }
    }

    /** The limit is over, counted from when it was set; what was said since counts from then. */
    private void due() {
        timer = NONE;
        long silent = Duration.ofNanos(System.nanoTime() - broken).toMillis();
        if (silent < limit) {
            timer = silences.vertx().setTimer(Math.max(1, limit - silent), late -> due());
        } else {
            tooLong.run();
        }
    }
}
