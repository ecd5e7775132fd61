package dev.portcullis.ops;

import dev.portcullis.config.Drain;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way a gateway stops without anybody noticing: it says that it is not ready and goes on until the balancers have heard; then it accepts no
 * more connections, ends its streams one after the other, and lets calls come to their end, all within a configured time. Thread-safe.
 */
public final class Draining {
    private static final Logger LOG = LoggerFactory.getLogger(Draining.class);

    private final Vertx vertx;
    private final Drain config;
    private final List<Part> parts = new CopyOnWriteArrayList<>();
    private volatile Optional<Future<Void>> underWay = Optional.empty();

    public Draining(Vertx vertx, Drain config) {
        this.vertx = vertx;
        this.config = config;
    }

    /** What has connections to bring to an end. */
    public interface Part {

        /**
         * Accepts no more connections and ends what is open. Called on any thread.
         *
         * @param streams the time to end streams in
         * @param patience after which the rest is cut
         */
        Future<Void> end(Duration streams, Duration patience);
    }

    public void add(Part part) {
        parts.add(part);
    }

    /** From then on the process is not ready, and asks for no connection to be used again. */
    public boolean isUnderWay() {
        return underWay.isPresent();
    }

    /** Completes when everything has ended or been cut; the same for all who ask. */
    public synchronized Future<Void> begin() {
        if (underWay.isEmpty()) {
            LOG.atInfo()
                    .addKeyValue("delay", config.delay())
                    .addKeyValue("timeout", config.timeout())
                    .log("asked to stop, going on until the balancers know");
            Future<Void> delayed = config.delay().isZero()
                    ? Future.succeededFuture()
                    : vertx.timer(config.delay().toMillis(), TimeUnit.MILLISECONDS)
                            .mapEmpty();
            underWay = Optional.of(delayed.compose(elapsed -> end()));
        }
        return underWay.get();
    }

    private Future<Void> end() {
        LOG.atInfo().addKeyValue("streams", config.streams()).log("accepting no more connections, ending streams");
        Duration patience = config.timeout().minus(config.delay());
        return Future.join(parts.stream()
                        .map(part -> part.end(config.streams(), patience))
                        .toList())
                .onComplete(ended -> LOG.atInfo().log("everything has ended"))
                .mapEmpty();
    }
}
