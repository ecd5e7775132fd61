package dev.portcullis.trace.otlp;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the spans that reached the collector and those that did not, and says so in the log once a minute at most. Thread-safe.
 *
 * <p>Metrics: {@code portcullis_traces_exported_total}, {@code portcullis_traces_dropped_total} (reason: queue_full, export_failed).
 */
final class Losses {
    private static final Logger LOG = LoggerFactory.getLogger(Losses.class);
    private static final long PERIOD = Duration.ofMinutes(1).toNanos();

    private final Counter exported;
    private final Counter queueFull;
    private final Counter exportFailed;
    private final LongSupplier nanoTime;
    private final AtomicLong unsaid = new AtomicLong();
    private final AtomicLong mayWarn;

    Losses(MeterRegistry metrics, LongSupplier nanoTime) {
        this.exported = metrics.counter("portcullis.traces.exported");
        this.queueFull = metrics.counter("portcullis.traces.dropped", "reason", "queue_full");
        this.exportFailed = metrics.counter("portcullis.traces.dropped", "reason", "export_failed");
        this.nanoTime = nanoTime;
        this.mayWarn = new AtomicLong(nanoTime.getAsLong());
    }

    void exported(int spans) {
        exported.increment(spans);
    }

    void queueFull() {
        queueFull.increment();
        warn(1, "the queue is full");
    }

    /** @param reason without anything that the collector said, which could be long */
    void exportFailed(int spans, String reason) {
        exportFailed.increment(spans);
        warn(spans, reason);
    }

    private void warn(int spans, String reason) {
        unsaid.addAndGet(spans);
        long now = nanoTime.getAsLong();
        long due = mayWarn.get();
        if (now - due >= 0 && mayWarn.compareAndSet(due, now + PERIOD)) {
            LOG.atWarn()
                    .addKeyValue("spans", unsaid.getAndSet(0))
                    .addKeyValue("reason", reason)
                    .log("spans did not get to the collector; requests are served all the same");
        }
    }
}
