package dev.portcullis.ops;

import dev.portcullis.config.GatewayConfig;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Who wants to know when the configuration has changed. Thread-safe. */
public final class Reloads {
    private final List<Consumer<GatewayConfig>> parts = new CopyOnWriteArrayList<>();

    /** @param part called on any thread */
    public void add(Consumer<GatewayConfig> part) {
        parts.add(part);
    }

    public void publish(GatewayConfig next) {
        parts.forEach(part -> part.accept(next));
    }
}
