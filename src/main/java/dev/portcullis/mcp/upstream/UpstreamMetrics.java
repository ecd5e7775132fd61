package dev.portcullis.mcp.upstream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the event loops together have to do with the upstreams, besides what every request has in its metrics.
 *
 * <p>Metrics, each by upstream: {@code portcullis_upstream_waiting} (requests without a connection yet), {@code
 * portcullis_upstream_connection_seconds} (until they had one), {@code portcullis_upstream_failures_total} (reason: overloaded, timeout,
 * unreachable, broken_off).
 */
public final class UpstreamMetrics {
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(10),
        Duration.ofMillis(100),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };

    // There from the start, because a rate needs a zero to begin with.
    private static final List<String> REASONS = List.of("overloaded", "timeout", "unreachable", "broken_off");

    private final MeterRegistry registry;
    private final Map<String, Of> byUpstream = new ConcurrentHashMap<>();

    public UpstreamMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    Of of(String upstream) {
        return byUpstream.computeIfAbsent(upstream, Of::new);
    }

    /** Those of one upstream. */
    public final class Of {
        private final String upstream;
        private final LongAdder waiting = new LongAdder();
        private final Timer connection;

        private Of(String upstream) {
            this.upstream = upstream;
            this.connection = Timer.builder("portcullis.upstream.connection")
                    .tag("upstream", upstream)
                    .serviceLevelObjectives(BUCKETS)
                    .register(registry);
            Gauge.builder("portcullis.upstream.waiting", waiting, LongAdder::sum)
                    .tag("upstream", upstream)
                    .register(registry);
            REASONS.forEach(this::failures);
        }

        void waits() {
            waiting.increment();
        }

        void waited(long nanos) {
            waiting.decrement();
            connection.record(Duration.ofNanos(nanos));
        }

        public void failed(String reason) {
            failures(reason).increment();
        }

        private Counter failures(String reason) {
            return registry.counter("portcullis.upstream.failures", "upstream", upstream, "reason", reason);
        }
    }
}
