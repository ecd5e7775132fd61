package dev.portcullis.ops;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * Figures about the gateway as a whole.
 *
 * <p>Metrics: {@code portcullis_ready}, {@code portcullis_idp_keys_age_seconds} (of the oldest set that an event loop works with; not a number
 * until there is one).
 */
public final class Vitals {
    private final List<Supplier<Optional<Duration>>> keyAges = new CopyOnWriteArrayList<>();

    public Vitals(MeterRegistry registry, Readiness readiness) {
        Gauge.builder("portcullis.ready", readiness, ready -> ready.isReady() ? 1 : 0)
                .register(registry);
        Gauge.builder("portcullis.idp.keys.age", this, Vitals::keysAge)
                .baseUnit("seconds")
                .register(registry);
    }

    /** @param age on one event loop; may be asked on any thread */
    public void watchKeys(Supplier<Optional<Duration>> age) {
        keyAges.add(age);
    }

    private double keysAge() {
        return keyAges.stream()
                .map(Supplier::get)
                .flatMap(Optional::stream)
                .mapToDouble(age -> age.toMillis() / 1000.0)
                .max()
                .orElse(Double.NaN);
    }
}
