package dev.portcullis.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.RedisServer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code -Dit.grants} is how many there are in the fuller Redis: copies of a real one and of its user's index, each with an id of its own. */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
@Tag("alone")
class ManyGrantsTest {
    private static final Logger LOG = LoggerFactory.getLogger(ManyGrantsTest.class);
    private static final int FEW = 1_000;
    private static final int MANY = Integer.getInteger("it.grants", 20_000);
    private static final int BATCH = 2_000;
    private static final int WARM_UP = 30;
    private static final int ROUNDS = Integer.getInteger("it.rounds", 100);
    private static final double SAME = 1.5;
    private static final String COPY = """
            for k = 1, 2 do
              local dump = redis.call('DUMP', KEYS[k])
              local ttl = redis.call('PTTL', KEYS[k])
              local head, id = string.match(KEYS[k], '^(.*{)(.*)}$')
              for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do
                local number = string.format('%08d', i)
                redis.call('RESTORE', head .. string.sub(id, 1, -9) .. number .. '}', ttl, dump)
              end
            end
            return redis.call('DBSIZE')
            """;

    /** A Redis with so many grants, and a gateway that has it. */
    private static final class Side implements AutoCloseable {
        private final RedisServer redis;
        private final Fleet fleet;
        private final Refresher refresher;
        private final Newcomer newcomer;
        private final double bytesPerGrant;
        private final List<Long> refreshes = new ArrayList<>();
        private final List<Long> logins = new ArrayList<>();

        Side(int grants) {
            redis = RedisServer.start(Ports.free(), Optional.empty());
            fleet = Fleet.start(
                    1, yaml -> yaml.put("redis", new JsonObject().put("url", "redis://" + redis.address())));
            refresher = new Refresher(fleet);
            newcomer = new Newcomer(fleet);
            long before = usedMemory();
            String grant = redis.ask("KEYS", "pc:grant:*").trim();
            String user = redis.ask("KEYS", "pc:user:*").trim();
            for (int i = 0; i < grants; i += BATCH) {
                int last = Math.min(i + BATCH, grants) - 1;
                redis.ask("EVAL", COPY, "2", grant, user, String.valueOf(i), String.valueOf(last));
            }
            bytesPerGrant = (usedMemory() - before) / (double) grants;
            assertThat(Integer.parseInt(redis.ask("DBSIZE"))).isGreaterThanOrEqualTo(2 * grants);
        }

        private long usedMemory() {
            return Long.parseLong(redis.info("used_memory"));
        }

        void refresh() {
            long began = System.nanoTime();
            refresher.act();
            refreshes.add(System.nanoTime() - began);
        }

        void logIn() {
            long began = System.nanoTime();
            newcomer.act();
            logins.add(System.nanoTime() - began);
        }

        void forget() {
            refreshes.clear();
            logins.clear();
        }

        @Override
        public void close() {
            fleet.close();
            redis.close();
        }
    }

    @Test
    @DisplayName("Refreshes and logins take as long with many grants in Redis as with few")
    void manyGrants() {
        try (Side few = new Side(FEW);
                Side many = new Side(MANY)) {
            measure(few, many, WARM_UP);
            few.forget();
            many.forget();
            measure(few, many, ROUNDS);
            double refreshes = median(many.refreshes) / median(few.refreshes);
            double logins = median(many.logins) / median(few.logins);
            LOG.atInfo()
                    .addKeyValue("grants", MANY)
                    .addKeyValue("bytesPerGrant", Math.round(many.bytesPerGrant))
                    .addKeyValue("refreshMs", median(few.refreshes) / 1e6 + " " + median(many.refreshes) / 1e6)
                    .addKeyValue("refreshRatio", refreshes)
                    .addKeyValue("loginMs", median(few.logins) / 1e6 + " " + median(many.logins) / 1e6)
                    .addKeyValue("loginRatio", logins)
                    .log("many grants");
            assertThat(refreshes).isLessThan(SAME);
            assertThat(logins).isLessThan(SAME);
        }
    }

    /** In turns, so that both have the same weather. */
    private static void measure(Side few, Side many, int rounds) {
        for (int i = 0; i < rounds; i++) {
            for (Side side : i % 2 == 0 ? List.of(few, many) : List.of(many, few)) {
                side.refresh();
                if (i % 3 == 0) {
                    side.logIn();
                }
            }
        }
    }

    private static double median(List<Long> nanos) {
        return nanos.stream().sorted().skip(nanos.size() / 2).findFirst().orElseThrow();
    }
}
