package dev.portcullis.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Reads the section {@code redis}. */
final class RedisReader {
    private RedisReader() {}

    static GatewayConfig.Redis read(Section section, Path base) {
        Secret url = section.secret("url").orElse(new Secret("redis://localhost:6379"));
        Section sentinel = section.section("sentinel");
        var redis = new GatewayConfig.Redis(
                url,
                address(section, url),
                RedisTls.read(section.section("tls"), base),
                sentinel.optionalText("user"),
                sentinel.secret("password"),
                section.duration("timeout", Duration.ofSeconds(1), Duration.ofMillis(10), Duration.ofSeconds(30)),
                section.integer("maxPending", 2048, 1, 1_000_000));
        sentinel.refuseUnknownKeys();
        section.refuseUnknownKeys();
        return redis;
    }

    private static RedisAddress address(Section section, Secret url) {
        try {
            return RedisAddress.parse(url.reveal());
        } catch (IllegalArgumentException e) {
            section.problem("url", String.valueOf(e.getMessage()));
            return new RedisAddress(
                    RedisAddress.Kind.STANDALONE, false, List.of(), Optional.empty(), Optional.empty(), 0, "");
        }
    }
}
