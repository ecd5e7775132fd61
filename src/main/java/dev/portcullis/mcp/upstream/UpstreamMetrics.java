package dev.portcullis.mcp.upstream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/**
 * What the event loops together have to do with the upstreams, besides what every request has in its metrics.
 *
 * <p>Metrics, each by upstream: {@code portcullis_upstream_endpoints} (state: healthy, ejected), {@code portcullis_upstream_waiting} (requests
 * without a connection yet), {@code portcullis_upstream_connections_busy} and {@code portcullis_upstream_connections_limit} (these three by
 * pool: calls, streams), {@code portcullis_upstream_connection_seconds} (until they had one), {@code portcullis_upstream_failures_total}
 * (reason: overloaded, timeout, unreachable, session_lost, broken_off).
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
    private static final List<String> REASONS =
            List.of("overloaded", "timeout", "unreachable", "session_lost", "broken_off");

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
        private final EndpointStates endpoints = new EndpointStates();
        private final Pool calls = new Pool();
        private final Pool streams = new Pool();
        private final Timer connection;
        // Of the upstream's present state; gauges of one that was taken out of the configuration would tell of it for
        // ever.
        private final List<Meter> gauges = new ArrayList<>();
        private int users;
        private volatile int limit;

        private Of(String upstream) {
            this.upstream = upstream;
            this.connection = Timer.builder("portcullis.upstream.connection")
                    .tag("upstream", upstream)
                    .serviceLevelObjectives(BUCKETS)
                    .register(registry);
            REASONS.forEach(this::failures);
        }

        /** @param connections that a pool of the process may have to each endpoint */
        synchronized void opened(int connections) {
            limit = connections;
            users++;
            if (users == 1) {
                gauge("endpoints", "state", "healthy", endpoints, EndpointStates::countHealthy);
                gauge("endpoints", "state", "ejected", endpoints, EndpointStates::countEjected);
                pool("calls", calls);
                pool("streams", streams);
            }
        }

        synchronized void closed() {
            users--;
            if (users == 0) {
                gauges.forEach(registry::remove);
                gauges.clear();
            }
        }

        EndpointStates endpoints() {
            return endpoints;
        }

        Pool pool(boolean stream) {
            return stream ? streams : calls;
        }

        /** A request has a connection now, or none came about. */
        void waited(long nanos) {
            connection.record(Duration.ofNanos(nanos));
        }

        public void failed(String reason) {
            failures(reason).increment();
        }

        private Counter failures(String reason) {
            return registry.counter("portcullis.upstream.failures", "upstream", upstream, "reason", reason);
        }

        private void pool(String name, Pool pool) {
            gauge("waiting", "pool", name, pool, Pool::waiting);
            gauge("connections.busy", "pool", name, pool, Pool::busy);
            gauge("connections.limit", "pool", name, this, of -> (double) of.limit * of.endpoints.count());
        }

        private <T> void gauge(String name, String key, String value, T of, ToDoubleFunction<T> figure) {
            gauges.add(Gauge.builder("portcullis.upstream." + name, of, figure)
                    .tags(Tags.of("upstream", upstream, key, value))
                    .register(registry));
        }
    }
}
