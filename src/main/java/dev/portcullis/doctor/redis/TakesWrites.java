package dev.portcullis.doctor.redis;

import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.redis.RedisInspection.Seen;
import io.vertx.core.Future;
import java.util.List;

/** {@code redis.role}: whether the gateway would write to a primary. */
record TakesWrites(Once<List<Seen>> servers) implements Check {

    @Override
    public String id() {
        return "redis.role";
    }

    @Override
    public Future<Outcome> run() {
        return servers.get()
                .map(seen -> seen.stream()
                        .filter(server ->
                                server.field("role").filter("slave"::equals).isPresent())
                        .findFirst()
                        .<Outcome>map(
                                replica -> new Outcome.Failed(
                                        replica.server() + " is a replica and takes no writes",
                                        "Name the primary in redis.url, or its Sentinels with redis-sentinel://…, which follow it."))
                        .orElseGet(() -> new Outcome.Passed("primary")));
    }

    @Override
    public String remedy() {
        return "Name the primary in redis.url.";
    }
}
