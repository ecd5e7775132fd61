package dev.portcullis.doctor.redis;

import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.redis.RedisInspection.Seen;
import io.vertx.core.Future;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code redis.version}: 6.2 or newer, which has {@code GETDEL}. */
record VersionIsNewEnough(Once<List<Seen>> servers) implements Check {
    private static final Pattern VERSION = Pattern.compile("(\\d{1,4})\\.(\\d{1,4}).*");

    @Override
    public String id() {
        return "redis.version";
    }

    @Override
    public Future<Outcome> run() {
        return servers.get()
                .map(seen -> seen.stream()
                        .map(VersionIsNewEnough::judge)
                        .filter(outcome -> !(outcome instanceof Outcome.Passed))
                        .findFirst()
                        .orElseGet(() -> judge(seen.get(0))));
    }

    static Outcome judge(Seen server) {
        String version = server.field("redis_version").orElse("");
        Matcher numbers = VERSION.matcher(version);
        if (!numbers.matches()) {
            return Unseen.of("the version");
        }
        int major = Integer.parseInt(numbers.group(1));
        return major > 6 || (major == 6 && Integer.parseInt(numbers.group(2)) >= 2)
                ? new Outcome.Passed(version)
                : new Outcome.Failed(
                        server.server() + " is Redis " + version, "Use Redis 6.2 or newer; older ones lack GETDEL.");
    }

    @Override
    public String remedy() {
        return "Use Redis 6.2 or newer.";
    }
}
