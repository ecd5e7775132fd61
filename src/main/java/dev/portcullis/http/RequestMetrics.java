package dev.portcullis.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Rate, errors and durations of requests, by route and upstream; shared by all event loops. Labels are bounded: clients choose neither a
 * route nor a method that has no name here. What a request costs is a look-up and a few additions.
 *
 * <p>Metrics: {@code portcullis_http_requests_total} (route, upstream, method, status), {@code portcullis_http_head_seconds} (route,
 * upstream), {@code portcullis_http_cut_short_total}, {@code portcullis_http_open}, {@code portcullis_streams_open} (route, upstream).
 */
public final class RequestMetrics implements Visits.Watcher {
    private static final Set<String> METHODS = Set.of("GET", "POST", "DELETE", "OPTIONS", "HEAD", "PUT", "PATCH");
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10)
    };

    private final MeterRegistry registry;
    private final Map<Route, Meters> meters = new ConcurrentHashMap<>();

    public RequestMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void begun(Visit visit) {
        Meters of = meters.get(visit.route());
        if (of == null) {
            of = meters.computeIfAbsent(visit.route(), Meters::new);
        }
        of.begun(visit);
    }

    private final class Meters {
        private final Route route;
        private final Timer head;
        private final Counter cutShort;
        private final LongAdder open = new LongAdder();
        private final LongAdder streams = new LongAdder();
        private final Map<Answer, Counter> answers = new ConcurrentHashMap<>();

        private record Answer(String method, int status) {}

        Meters(Route route) {
            this.route = route;
            this.head = Timer.builder("portcullis.http.head")
                    .description("From a request's arrival to the head of its answer")
                    .tags("route", route.template(), "upstream", upstream())
                    .serviceLevelObjectives(BUCKETS)
                    .register(registry);
            this.cutShort =
                    registry.counter("portcullis.http.cut.short", "route", route.template(), "upstream", upstream());
            gauge("portcullis.http.open", open);
            gauge("portcullis.streams.open", streams);
        }

        private String upstream() {
            return route.upstream().orElse("-");
        }

        private void gauge(String name, LongAdder value) {
            Gauge.builder(name, value, LongAdder::sum)
                    .tags("route", route.template(), "upstream", upstream())
                    .register(registry);
        }

        void begun(Visit visit) {
            open.increment();
            visit.onHead(() -> {
                if (visit.isStream()) {
                    streams.increment();
                }
            });
            visit.onEnd(() -> ended(visit));
        }

        private void ended(Visit visit) {
            open.decrement();
            if (visit.isStream()) {
                streams.decrement();
            }
            head.record(visit.timeToHead());
            if (!visit.isComplete()) {
                cutShort.increment();
            }
            String method = visit.request().method().name();
            Answer answer = new Answer(METHODS.contains(method) ? method : "other", visit.status());
            Counter counter = answers.get(answer);
            if (counter == null) {
                counter = answers.computeIfAbsent(answer, this::counter);
            }
            counter.increment();
        }

        private Counter counter(Answer answer) {
            return Counter.builder("portcullis.http.requests")
                    .tags("route", route.template(), "upstream", upstream())
                    .tags("method", answer.method(), "status", String.valueOf(answer.status()))
                    .register(registry);
        }
    }
}
