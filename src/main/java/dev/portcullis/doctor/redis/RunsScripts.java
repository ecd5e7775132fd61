package dev.portcullis.doctor.redis;

import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.redis.RedisLink;
import dev.portcullis.redis.Script;
import io.vertx.core.Future;
import java.util.List;

/** {@code redis.scripts}: whether Lua scripts run; each step of a login is one. */
record RunsScripts(Once<RedisLink> link, String name) implements Check {
    private static final Script HARMLESS = Script.of(RunsScripts.class, "harmless");

    @Override
    public String id() {
        return "redis.scripts";
    }

    @Override
    public Future<Outcome> run() {
        return link.get()
                .compose(redis -> redis.run(HARMLESS, List.of("pc:" + name), List.of()))
                .map(done -> new Outcome.Passed("EVALSHA works"));
    }

    @Override
    public String remedy() {
        return "Allow EVAL and EVALSHA (ACL SETUSER … +eval +evalsha); a proxy in front of Redis may lack them altogether.";
    }
}
