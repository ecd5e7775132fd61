package dev.portcullis.doctor.redis;

import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.redis.RedisLink;
import dev.portcullis.redis.Script;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;

/** {@code redis.permissions}: whether the user may do what the gateway does, on keys like its own that are gone within seconds. */
record MayTouchOurKeys(Once<RedisLink> link, String name) implements Check {
    private static final Script RIGHTS = Script.of(MayTouchOurKeys.class, "rights");
    private static final Duration SHORT = Duration.ofSeconds(5);

    @Override
    public String id() {
        return "redis.permissions";
    }

    @Override
    public Future<Outcome> run() {
        String key = "pc:{" + name + "}";
        return link.get()
                .compose(redis -> redis.put(key, "doctor", SHORT)
                        .compose(put -> redis.get(key))
                        .compose(read -> redis.take(key))
                        .compose(taken -> redis.field(key, "field"))
                        .compose(read -> redis.fields(key, List.of("field")))
                        .compose(read -> redis.run(RIGHTS, List.of(key, key + ":set"), List.of()))
                        .map(done -> new Outcome.Passed("every command of the gateway, on keys that begin with pc:")));
    }

    @Override
    public String remedy() {
        return "Give the user of redis.url what the gateway needs: ACL SETUSER NAME ~pc:* resetchannels &pc:* +@read +@write +@scripting"
                + " +@pubsub +@connection +time -@dangerous +info (and +cluster|slots in a cluster).";
    }
}
