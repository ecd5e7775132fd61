package dev.portcullis.doctor.redis;

import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.redis.RedisInspection.Seen;
import io.vertx.core.Future;
import java.util.List;

/** {@code redis.policy}: whether a full Redis would throw sign-ins and revocations away. */
record NothingIsEvicted(Once<List<Seen>> servers) implements Check {
    private static final String REMEDY = "Set maxmemory-policy noeviction: a full Redis must refuse, not forget.";

    @Override
    public String id() {
        return "redis.policy";
    }

    @Override
    public Future<Outcome> run() {
        return servers.get()
                .map(seen -> seen.stream()
                        .map(NothingIsEvicted::judge)
                        .filter(outcome -> !(outcome instanceof Outcome.Passed))
                        .findFirst()
                        .orElseGet(() -> new Outcome.Passed("noeviction")));
    }

    private static Outcome judge(Seen server) {
        String policy = server.field("maxmemory_policy").orElse("");
        if (policy.isEmpty()) {
            return Unseen.of("maxmemory-policy");
        }
        if (policy.equals("noeviction")) {
            return new Outcome.Passed(policy);
        }
        return server.field("maxmemory").filter("0"::equals).isPresent()
                ? new Outcome.Warned(
                        server.server() + " has " + policy + ", without effect only because maxmemory is not set",
                        REMEDY)
                : new Outcome.Failed(
                        server.server() + " has " + policy
                                + ": it throws sign-ins and revocations away when it is full",
                        REMEDY);
    }

    @Override
    public String remedy() {
        return REMEDY;
    }
}
