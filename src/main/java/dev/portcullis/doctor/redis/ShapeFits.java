package dev.portcullis.doctor.redis;

import dev.portcullis.config.RedisAddress;
import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.redis.RedisInspection.Seen;
import io.vertx.core.Future;
import java.util.List;
import java.util.Locale;

/** {@code redis.shape}: whether it is the kind of Redis that the URL says. */
record ShapeFits(RedisAddress.Kind kind, Once<List<Seen>> servers) implements Check {

    @Override
    public String id() {
        return "redis.shape";
    }

    @Override
    public Future<Outcome> run() {
        return servers.get().map(seen -> judge(seen));
    }

    private Outcome judge(List<Seen> seen) {
        String mode = seen.get(0).field("redis_mode").orElse("unknown");
        if (mode.equals("sentinel")) {
            return new Outcome.Failed(
                    "redis.url names a Sentinel as if it were the Redis",
                    "Write redis-sentinel://:password@host:26379,host:26379/0?master=NAME.");
        }
        if (mode.equals("cluster") && kind != RedisAddress.Kind.CLUSTER) {
            return new Outcome.Failed(
                    "redis.url names a server of a cluster as if it were alone",
                    "Write redis-cluster://:password@host:6379,host:6379.");
        }
        return new Outcome.Passed(kind.name().toLowerCase(Locale.ROOT)
                + (kind == RedisAddress.Kind.CLUSTER ? ", " + seen.size() + " primaries, every slot served" : ""));
    }

    @Override
    public String remedy() {
        return "Check the form of redis.url.";
    }
}
