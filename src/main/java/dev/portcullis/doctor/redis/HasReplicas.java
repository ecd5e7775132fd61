package dev.portcullis.doctor.redis;

import dev.portcullis.config.RedisAddress;
import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.redis.RedisInspection.Seen;
import io.vertx.core.Future;
import java.util.List;

/** {@code redis.replicas}: whether somebody could take over, where that is the plan. */
record HasReplicas(RedisAddress.Kind kind, Once<List<Seen>> servers) implements Check {

    @Override
    public String id() {
        return "redis.replicas";
    }

    @Override
    public Future<Outcome> run() {
        return servers.get().map(this::judge);
    }

    private Outcome judge(List<Seen> seen) {
        for (Seen server : seen) {
            String replicas = server.field("connected_slaves").orElse("");
            if (replicas.isEmpty()) {
                return Unseen.of("the number of replicas");
            }
            if (replicas.equals("0") && kind != RedisAddress.Kind.STANDALONE) {
                return new Outcome.Warned(
                        server.server() + " has no replica: nothing can take over from it",
                        "Start a replica, or find out why there is none connected.");
            }
        }
        return new Outcome.Passed("connected to each primary: "
                + seen.get(0).field("connected_slaves").orElse(""));
    }

    @Override
    public String remedy() {
        return "Start a replica.";
    }
}
