package dev.portcullis.crypto;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a key ring as its directory is, by reading that again and again: whole, because a mounted secret changes by the swap of a link that
 * no file watcher reports reliably. What cannot be read changes nothing, except that distrusted keys are dropped in any case.
 *
 * <p>Metrics: {@code portcullis_keys_changes_total}, {@code portcullis_keys_unreadable} (1 while the directory cannot be used).
 */
public final class KeyReloader {
    private static final Logger LOG = LoggerFactory.getLogger(KeyReloader.class);

    private final KeyDirectory directory;
    private final KeyRing ring;
    private final Counter changes;
    private final Listener listener;
    private final AtomicBoolean reading = new AtomicBoolean();
    // Written by one reading at a time, read by the gauge.
    private volatile Optional<String> problem = Optional.empty();

    /** Wants to know, by their ids, which keys are in use from now on, and which were found to be distrusted. */
    public interface Listener {
        void changed(List<String> keys, Set<String> distrusted);
    }

    /** @param listener called on a thread of the reloader */
    public KeyReloader(KeyDirectory directory, KeyRing ring, MeterRegistry metrics, Listener listener) {
        this.directory = directory;
        this.ring = ring;
        this.changes = metrics.counter("portcullis.keys.changes");
        this.listener = listener;
        metrics.gauge("portcullis.keys.unreadable", this, reloader -> reloader.problem.isPresent() ? 1 : 0);
    }

    /** Reads the directory every {@code interval}, off the event loop, until {@code vertx} is closed. */
    public void start(Vertx vertx, Duration interval) {
        vertx.setPeriodic(interval.toMillis(), tick -> {
            // A file system that hangs must not collect waiting readers.
            if (reading.compareAndSet(false, true)) {
                Future<Void> read = vertx.executeBlocking(
                        () -> {
                            reload();
                            return null;
                        },
                        false);
                read.onComplete(done -> reading.set(false));
            }
        });
    }

    /** Reads the directory now. Blocks. */
    void reload() {
        try {
            KeySet keys = keys();
            if (ring.adopt(keys)) {
                changed(keys);
            }
            if (problem.isPresent()) {
                LOG.atInfo().log("the key directory can be used again");
            }
            problem = Optional.empty();
        } catch (KeyException e) {
            distrustAtLeast();
            complain(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            distrustAtLeast();
            complain("an unexpected " + e.getClass().getSimpleName());
        }
    }

    /** Twice, because a secret that is just being swapped looks broken for a moment. */
    private KeySet keys() {
        try {
            return directory.keys();
        } catch (RuntimeException e) {
            return directory.keys();
        }
    }

    private void distrustAtLeast() {
        try {
            if (ring.distrust(directory.distrusted())) {
                changed(ring.keys());
            }
        } catch (RuntimeException e) {
            // What is wrong with the directory is being reported already; this is part of it.
            LOG.atDebug().log("the list of distrusted keys cannot be read either");
        }
    }

    private void changed(KeySet keys) {
        changes.increment();
        listener.changed(keys.all().stream().map(key -> key.getKeyID()).toList(), keys.distrusted());
        LOG.atInfo()
                .addKeyValue(
                        "keys", keys.all().stream().map(key -> key.getKeyID()).toList())
                .addKeyValue("distrusted", keys.distrusted())
                .log("the keys have changed");
    }

    /** Once for each problem, not at every reading. */
    private void complain(String message) {
        if (!problem.equals(Optional.of(message))) {
            LOG.atError()
                    .addKeyValue("reason", message)
                    .log("the key directory cannot be used, going on with the keys as they were");
        }
        problem = Optional.of(message);
    }
}
