package dev.portcullis.ops;

import dev.portcullis.config.ConfigException;
import dev.portcullis.config.GatewayConfig;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Adopts changes of the upstreams and of the denied clients in the configuration file, by reading that again and again: a mounted ConfigMap
 * changes by the swap of a link that no file watcher reports reliably. A file that is not whole changes nothing; what else changed needs a
 * restart.
 *
 * <p>Metrics: {@code portcullis_config_changes_total}, {@code portcullis_config_unreadable} (1 while the file cannot be used), {@code
 * portcullis_config_restart_needed} (1 while it says something that only a restart brings about).
 */
public final class ConfigReloader {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigReloader.class);

    // That a busy event loop may need.
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Supplier<GatewayConfig> file;
    private final Function<GatewayConfig, Future<Void>> listener;
    private final Counter changes;
    private final AtomicBoolean reading = new AtomicBoolean();
    // Written by one reading at a time, read by gauges.
    private volatile GatewayConfig inUse;
    // Parts of the gateway may use another one, which not all of them could adopt.
    private volatile boolean torn;
    private volatile Optional<String> problem = Optional.empty();
    private volatile boolean restartNeeded;

    /**
     * @param file reads it; throws {@link ConfigException}
     * @param listener called on an event loop; where it fails, it is asked again with the next reading
     */
    public ConfigReloader(
            Supplier<GatewayConfig> file,
            GatewayConfig inUse,
            MeterRegistry metrics,
            Function<GatewayConfig, Future<Void>> listener) {
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
                adopt(vertx.executeBlocking(file::get, false)).onComplete(done -> reading.set(false));
            }
        });
    }

    /** Succeeds where what was read is in use then. */
    Future<Void> adopt(Future<GatewayConfig> reading) {
        return reading.onFailure(failure -> complain(
                        failure instanceof ConfigException
                                ? String.valueOf(failure.getMessage())
                                // Its message could quote a secret.
                                : "an unexpected " + failure.getClass().getSimpleName(),
                        Optional.empty()))
                .compose(this::useWhatMayChange);
    }

    private Future<Void> useWhatMayChange(GatewayConfig read) {
        GatewayConfig next = inUse.withChangesOf(read);
        return use(next)
                .onSuccess(used -> {
                    compare(next, read);
                    if (problem.isPresent()) {
                        LOG.atInfo().log("the configuration can be used again");
                    }
                    problem = Optional.empty();
                })
                .onFailure(failure -> complain(
                        "it cannot be put to use, " + failure.getClass().getSimpleName(), Optional.of(failure)));
    }

    private Future<Void> use(GatewayConfig next) {
        if (next.equals(inUse) && !torn) {
            return Future.succeededFuture();
        }
        torn = true;
        return listener.apply(next)
                .timeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .onSuccess(adopted -> {
                    torn = false;
                    inUse = next;
                    changes.increment();
                    LOG.atInfo()
                            .addKeyValue("upstreams", next.upstreams().keySet())
                            .addKeyValue("deniedClients", next.deniedClients().size())
                            .log("the configuration has changed");
                });
    }

    private void compare(GatewayConfig used, GatewayConfig read) {
        boolean more = !used.equals(read);
        if (more && !restartNeeded) {
            LOG.atWarn().log("the configuration has changed in parts that only a restart brings about");
        }
        restartNeeded = more;
    }

    /** Once for each problem, not at every reading. */
    private void complain(String message, Optional<Throwable> cause) {
        if (!problem.equals(Optional.of(message))) {
            LoggingEventBuilder line = LOG.atError().addKeyValue("reason", message);
            cause.map(line::setCause)
                    .orElse(line)
                    .log("the configuration cannot be used, going on with the one from before");
        }
        problem = Optional.of(message);
    }
}
