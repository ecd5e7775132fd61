package dev.portcullis.ops;

import dev.portcullis.config.ConfigException;
import dev.portcullis.config.GatewayConfig;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adopts changes of the upstreams and of the denied clients in the configuration file, by reading that again and again: a mounted ConfigMap changes by the swap of a
 * link that no file watcher reports reliably. A file that is not whole changes nothing; what else changed needs a restart.
 *
 * <p>Metrics: {@code portcullis_config_changes_total}, {@code portcullis_config_unreadable} (1 while the file cannot be used), {@code
 * portcullis_config_restart_needed} (1 while it says something that only a restart brings about).
 */
public final class ConfigReloader {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigReloader.class);

    private final Supplier<GatewayConfig> file;
    private final Consumer<GatewayConfig> listener;
    private final Counter changes;
    private final AtomicBoolean reading = new AtomicBoolean();
    // Written by one reading at a time, read by gauges.
    private volatile GatewayConfig inUse;
    private volatile Optional<String> problem = Optional.empty();
    private volatile boolean restartNeeded;

    /**
     * @param file reads it; throws {@link ConfigException}
     * @param listener called on a thread of the reloader
     */
    public ConfigReloader(
            Supplier<GatewayConfig> file,
            GatewayConfig inUse,
            MeterRegistry metrics,
            Consumer<GatewayConfig> listener) {
        this.file = file;
        this.inUse = inUse;
        this.listener = listener;
        this.changes = metrics.counter("portcullis.config.changes");
        metrics.gauge("portcullis.config.unreadable", this, reloader -> reloader.problem.isPresent() ? 1 : 0);
        metrics.gauge("portcullis.config.restart.needed", this, reloader -> reloader.restartNeeded ? 1 : 0);
    }

    /** Reads the file every {@code interval}, off the event loop, until {@code vertx} is closed. */
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

    /** Reads the file now. Blocks. */
    void reload() {
        try {
            GatewayConfig read = file.get();
            adopt(read);
            if (problem.isPresent()) {
                LOG.atInfo().log("the configuration can be used again");
            }
            problem = Optional.empty();
        } catch (ConfigException e) {
            complain(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            // Its message could quote a secret.
            complain("an unexpected " + e.getClass().getSimpleName());
        }
    }

    private void adopt(GatewayConfig read) {
        GatewayConfig next = inUse.withChangesOf(read);
        if (!next.equals(inUse)) {
            listener.accept(next);
            inUse = next;
            changes.increment();
            LOG.atInfo()
                    .addKeyValue("upstreams", next.upstreams().keySet())
                    .addKeyValue("deniedClients", next.deniedClients().size())
                    .log("the configuration has changed");
        }
        boolean more = !next.equals(read);
        if (more && !restartNeeded) {
            LOG.atWarn().log("the configuration has changed in parts that only a restart brings about");
        }
        restartNeeded = more;
    }

    /** Once for each problem, not at every reading. */
    private void complain(String message) {
        if (!problem.equals(Optional.of(message))) {
            LOG.atError()
                    .addKeyValue("reason", message)
                    .log("the configuration cannot be used, going on with the one from before");
        }
        problem = Optional.of(message);
    }
}
