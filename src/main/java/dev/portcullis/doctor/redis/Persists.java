package dev.portcullis.doctor.redis;

import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.redis.RedisInspection.Seen;
import io.vertx.core.Future;
import java.util.List;

/** {@code redis.persistence}: whether sign-ins outlive a restart of Redis. */
record Persists(Once<List<Seen>> servers) implements Check {

    @Override
    public String id() {
        return "redis.persistence";
    }

    @Override
    public Future<Outcome> run() {
        return servers.get()
                .map(seen -> seen.stream()
                        .map(Persists::judge)
                        .filter(outcome -> !(outcome instanceof Outcome.Passed))
                        .findFirst()
                        .orElseGet(() -> new Outcome.Passed("append-only file")));
    }

    private static Outcome judge(Seen server) {
        String aof = server.field("aof_enabled").orElse("");
        if (aof.isEmpty()) {
            return Unseen.of("persistence");
        }
        if (isBroken(server, "aof_last_write_status") || isBroken(server, "rdb_last_bgsave_status")) {
            return new Outcome.Failed(
                    server.server() + " could not write to its disk the last time",
                    "Give it room and rights on its disk; by default Redis takes no more writes in this state.");
        }
        return aof.equals("1")
                ? new Outcome.Passed("append-only file")
                : new Outcome.Warned(
                        server.server() + " has no append-only file: a restart forgets sign-ins",
                        "Set appendonly yes, or accept that everybody signs in again after a restart of Redis.");
    }

    private static boolean isBroken(Seen server, String field) {
        return server.field(field).filter("err"::equals).isPresent();
    }

    @Override
    public String remedy() {
        return "Set appendonly yes.";
    }
}
