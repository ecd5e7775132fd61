package dev.portcullis.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RedisServer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes {@code -Dit.soakMinutes}; grants live for one minute, so that as many end as begin. */
@EnabledIfSystemProperty(named = "it.soakMinutes", matches = "[1-9]\\d*")
@Timeout(value = 1, unit = TimeUnit.DAYS)
@Tag("alone")
class SoakTest {
    private static final Logger LOG = LoggerFactory.getLogger(SoakTest.class);
    private static final Duration SOAK = Duration.ofMinutes(Integer.getInteger("it.soakMinutes", 30));
    private static final int SAMPLES = 24;
    private static final int GATEWAYS = 2;

    /** What both gateways and Redis have. */
    private record Sample(List<Footprint> gateways, long keys, long redisBytes) {
        long most(ToLongFunction<Footprint> what) {
            return gateways.stream().mapToLong(what).max().orElseThrow();
        }
    }

    @Test
    @DisplayName("Under a mixed load for long memory, files, threads and the keys in Redis stay as many as they were")
    void flat() throws InterruptedException {
        RedisServer redis = RedisServer.start(Ports.free(), Optional.empty());
        try (redis;
                Fleet fleet = Fleet.start(GATEWAYS, yaml -> shortLived(yaml, redis));
                Traffic traffic = mixed(fleet)) {
            List<Sample> samples = new ArrayList<>();
            for (int i = 0; i < SAMPLES; i++) {
                TimeUnit.MILLISECONDS.sleep(SOAK.dividedBy(SAMPLES).toMillis());
                Sample sample = sample(fleet, redis);
                samples.add(sample);
                LOG.atInfo()
                        .addKeyValue("gateways", sample.gateways())
                        .addKeyValue("keys", sample.keys())
                        .addKeyValue("redisBytes", sample.redisBytes())
                        .addKeyValue("failures", traffic.failures().size())
                        .log("soaking");
            }
            traffic.end();
            LOG.atInfo().addKeyValue("figures", traffic.figures()).log("soaked");
            assertThat(traffic.faults()).isEmpty();
            assertThat(traffic.failures()).isEmpty();
            assertFlat("live heap", samples, sample -> sample.most(Footprint::liveHeap), 1.15);
            assertFlat("resident", samples, sample -> sample.most(Footprint::resident), 1.15);
            assertFlat("files", samples, sample -> sample.most(Footprint::files), 1.15);
            assertFlat("threads", samples, sample -> sample.most(Footprint::threads), 1.15);
            assertFlat("keys", samples, Sample::keys, 1.15);
            assertFlat("Redis", samples, Sample::redisBytes, 1.15);
        }
    }

    private static void shortLived(JsonObject yaml, RedisServer redis) {
        yaml.put("redis", new JsonObject().put("url", "redis://" + redis.address()))
                .put("tokens", new JsonObject().put("accessTokenTtl", "1m"))
                .put("refresh", new JsonObject().put("lifetime", "1m").put("reuseGrace", "30s"))
                .put("login", new JsonObject().put("pendingTtl", "1m").put("spentCodeTtl", "1m"))
                // The connections of clients that left count as files until then.
                .put("http", new JsonObject().put("keepAlive", "1m"));
    }

    private static Traffic mixed(Fleet fleet) {
        Traffic traffic = new Traffic();
        traffic.add("calls", 6, Duration.ofMillis(50), () -> new Visitor(fleet));
        traffic.add("refreshes", 3, Duration.ofMillis(500), () -> new Refresher(fleet));
        traffic.add("logins", 2, Duration.ofMillis(500), () -> new Newcomer(fleet));
        traffic.add("streams", 16, Duration.ZERO, () -> new Passerby(fleet));
        traffic.add("slow readers and leavers", 4, Duration.ofMillis(100), () -> new Rude(fleet));
        return traffic;
    }

    private static Sample sample(Fleet fleet, RedisServer redis) {
        List<Footprint> gateways = new ArrayList<>();
        for (int i = 0; i < GATEWAYS; i++) {
            gateways.add(Footprint.of(fleet.world().pid(i)));
        }
        return new Sample(gateways, Long.parseLong(redis.ask("DBSIZE")), Long.parseLong(redis.info("used_memory")));
    }

    /** The last quarter against the second one: in the first, caches fill and the compiler is at work. */
    private static void assertFlat(String what, List<Sample> samples, ToLongFunction<Sample> of, double atMost) {
        double early = median(samples.subList(SAMPLES / 4, SAMPLES / 2), of);
        double late = median(samples.subList(SAMPLES * 3 / 4, SAMPLES), of);
        LOG.atInfo().addKeyValue("early", early).addKeyValue("late", late).log(what);
        assertThat(late / early).as(what).isLessThan(atMost);
    }

    private static double median(List<Sample> samples, ToLongFunction<Sample> of) {
        return samples.stream()
                .mapToLong(of)
                .sorted()
                .skip(samples.size() / 2)
                .findFirst()
                .orElseThrow();
    }
}
