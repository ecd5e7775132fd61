package dev.portcullis.http;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Those who wait for something on one event loop, and do so for a limited time. Most of it comes long before their limit, so they wait in line, one line for each
 * limit, and only the first in a line has a timer: to join and to leave costs a few writes. There are as many lines as limits are configured.
 */
public final class Silences {
    private final Vertx vertx;
    private final Map<Long, Line> lines = new HashMap<>();

    public Silences(Vertx vertx) {
        this.vertx = vertx;
    }

    /** @param tooLong called once for each limit, unless {@link Silence#goOn} is called in it */
    public Silence listen(Runnable tooLong) {
        return new Silence(this, tooLong);
    }

    Vertx vertx() {
        return vertx;
    }

    /** Lets it wait for so long; it must not be in a line. */
    void join(Place place, long millis) {
        Line line = lines.get(millis);
        if (line == null) {
            line = lines.computeIfAbsent(millis, Line::new);
        }
        line.join(place);
    }

    /** Where somebody stands in a line. */
    static final class Place {
        private long since;
        private Place previous = this;
        private Place next = this;
        private final Runnable due;

        /** @param due called when the time is over, out of line by then */
        Place(Runnable due) {
            this.due = due;
        }

        /** Harmless out of line. */
        void leave() {
            previous.next = next;
            next.previous = previous;
            previous = this;
            next = this;
        }
    }

    private final class Line {
        private final long nanos;
        // Before the first and after the last.
        private final Place end = new Place(() -> {});
        private boolean timed;

        Line(long millis) {
            this.nanos = Duration.ofMillis(millis).toNanos();
        }

        void join(Place place) {
            place.since = System.nanoTime();
            place.previous = end.previous;
            place.next = end;
            end.previous.next = place;
            end.previous = place;
            if (!timed) {
                wake(nanos);
            }
        }

        private void wake(long after) {
            timed = true;
            vertx.setTimer(Math.max(1, Duration.ofNanos(after).toMillis() + 1), due -> serve());
        }

        private void serve() {
            timed = false;
            long now = System.nanoTime();
            while (end.next != end && now - end.next.since >= nanos) {
                Place first = end.next;
                first.leave();
                first.due.run();
            }
            if (end.next != end && !timed) {
                wake(end.next.since + nanos - now);
            }
        }
    }
}
