package dev.portcullis.doctor.redis;

import dev.portcullis.config.RedisAddress;
import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.redis.RedisInspection.Seen;
import io.vertx.core.Future;
import java.util.List;
import java.util.stream.Collectors;

/** {@code redis.reach}: whether Redis answers to the address, the user and the password that the configuration has. */
record RedisReached(RedisAddress address, Once<List<Seen>> servers) implements Check {

    @Override
    public String id() {
        return "redis.reach";
    }

    @Override
    public Future<Outcome> run() {
        return servers.get()
                .map(seen -> new Outcome.Passed(
                        seen.stream().map(Seen::server).collect(Collectors.joining(", ")) + " answers"));
    }

    @Override
    public String remedy() {
        String where = address.servers().stream().map(String::valueOf).collect(Collectors.joining(", "));
        return "Check redis.url (" + where + "): host and port, rediss for TLS with redis.tls.ca, user and password"
                + (address.kind() == RedisAddress.Kind.SENTINEL
                        ? ", and that the Sentinels know a master by the name " + address.master() + "."
                        : ", the network policy, and that Redis runs.");
    }
}
