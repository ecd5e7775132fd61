package dev.portcullis.redis;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the connections of one process have to do with Redis; shared by all of them.
 *
 * <p>Metrics: {@code portcullis_redis_command_seconds} (command or name of a script, outcome: ok, error, timeout, and unsent while
 * there is no connection), {@code portcullis_redis_pending}, {@code portcullis_redis_connections} (state: wanted, up), {@code
 * portcullis_redis_lost_total}, {@code portcullis_redis_evicts} (1 where a full Redis throws sign-ins away, by its maxmemory-policy).
 */
public final class RedisMetrics {
    private static final Duration[] BUCKETS = {
        Duration.ofNanos(500_000),
        Duration.ofMillis(1),
        Duration.ofNanos(2_500_000),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1)
    };

    private final MeterRegistry registry;
    private final Map<Command, Timer> commands = new ConcurrentHashMap<>();
    private final Counter lost;
    private final LongAdder pending = new LongAdder();
    private final AtomicInteger wanted = new AtomicInteger();
    private final AtomicInteger up = new AtomicInteger();
    private final Set<Object> evicting = ConcurrentHashMap.newKeySet();

    private record Command(String name, String outcome) {}

    public RedisMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.lost = registry.counter("portcullis.redis.lost");
        Gauge.builder("portcullis.redis.pending", pending, LongAdder::sum).register(registry);
        Gauge.builder("portcullis.redis.connections", wanted, AtomicInteger::get)
                .tag("state", "wanted")
                .register(registry);
        Gauge.builder("portcullis.redis.connections", up, AtomicInteger::get)
                .tag("state", "up")
                .register(registry);
        Gauge.builder("portcullis.redis.evicts", evicting, some -> some.isEmpty() ? 0 : 1)
                .register(registry);
    }

    void sent() {
        pending.increment();
    }

    /** @param outcome ok, error, timeout or unsent */
    void answered(String command, String outcome, long nanos) {
        pending.decrement();
        Command key = new Command(command, outcome);
        Timer timer = commands.get(key);
        if (timer == null) {
            timer = commands.computeIfAbsent(key, this::timer);
        }
        timer.record(Duration.ofNanos(nanos));
    }

    void wanted(boolean more) {
        wanted.addAndGet(more ? 1 : -1);
    }

    void connected() {
        up.incrementAndGet();
    }

    void lost() {
        up.decrementAndGet();
        lost.increment();
    }

    /**
     * Of one server of perhaps several.
     *
     * @param connection that it was asked over
     * @return whether that is bad news
     */
    boolean evicts(Object connection, boolean whenFull) {
        boolean well = evicting.isEmpty();
        return (whenFull ? evicting.add(connection) : evicting.remove(connection)) && well;
    }

    /** Closed by ourselves. */
    void closed() {
        up.decrementAndGet();
    }

    private Timer timer(Command command) {
        return Timer.builder("portcullis.redis.command")
                .tags("command", command.name(), "outcome", command.outcome())
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }
}
