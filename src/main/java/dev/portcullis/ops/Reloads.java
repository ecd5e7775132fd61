package dev.portcullis.ops;

import dev.portcullis.config.GatewayConfig;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Who wants to know when the configuration has changed. Thread-safe. */
public final class Reloads {
    private final List<Function<GatewayConfig, Future<Void>>> parts = new CopyOnWriteArrayList<>();

    /** @param part called on any thread; fails where it goes on with the configuration from before */
    public void add(Function<GatewayConfig, Future<Void>> part) {
        parts.add(part);
    }

    /** Fails when one of them failed, after all of them. */
    public Future<Void> publish(GatewayConfig next) {
        return Future.join(parts.stream().map(part -> part.apply(next)).toList())
                .mapEmpty();
    }
}
