package dev.portcullis.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How the gateway reaches one upstream.
 *
 * @param maxConnections to each endpoint, of one gateway process; streams have as many again. With HTTP/2, exchanges at once
 * @param maxWaiting requests that may wait for one of them
 * @param maxWait how long they may
 * @param keepAlive how long a connection may be idle and still be used again; less than the upstream keeps it
 * @param connectTimeout for a connection, TLS included
 * @param responseTimeout until the head of the answer, while the upstream does nothing
 * @param idleTimeout between the bytes of an answer that is no event stream
 * @param streamIdleTimeout between the bytes of an event stream; zero is no limit, which MCP prefers
 * @param clientIdleTimeout while a client takes nothing of its answer, be it an event stream or not
 * @param streamHeadStart that a session's GET stream has until its head is answered: what the client sends meanwhile waits so long at most
 * @param http2 instead of HTTP/1.1
 * @param resolve how often host names are looked up again; zero leaves it to each new connection
 * @param health when an endpoint is passed over
 * @param tls for https endpoints, where more is needed than the trust of the Java platform
 */
public record UpstreamTransport(
        int maxConnections,
        int maxWaiting,
        Duration maxWait,
        Duration keepAlive,
        Duration connectTimeout,
        Duration responseTimeout,
        Duration idleTimeout,
        Duration streamIdleTimeout,
        Duration clientIdleTimeout,
        Duration streamHeadStart,
        boolean http2,
        Duration resolve,
        Health health,
        Optional<UpstreamTls> tls) {

    /**
     * @param failures in a row, after which an endpoint is passed over
     * @param eject for how long at first; twice as long after each probe that fails
     * @param maxEject the longest
     */
    public record Health(int failures, Duration eject, Duration maxEject) {}

    static UpstreamTransport read(Section upstream, Path directory) {
        return new UpstreamTransport(
                upstream.integer("maxConnections", 512, 1, 100_000),
                upstream.integer("maxWaiting", 256, 0, 100_000),
                upstream.duration("maxWait", Duration.ofSeconds(5), Duration.ofMillis(10), Duration.ofMinutes(5)),
                upstream.duration("keepAlive", Duration.ofSeconds(4), Duration.ofMillis(10), Duration.ofHours(1)),
                upstream.duration(
                        "connectTimeout", Duration.ofSeconds(2), Duration.ofMillis(10), Duration.ofMinutes(1)),
                upstream.duration(
                        "responseTimeout", Duration.ofSeconds(60), Duration.ofMillis(10), Duration.ofHours(1)),
                upstream.duration("idleTimeout", Duration.ofSeconds(60), Duration.ofMillis(10), Duration.ofHours(1)),
                upstream.duration("streamIdleTimeout", Duration.ZERO, Duration.ZERO, Duration.ofDays(1)),
                upstream.duration(
                        "clientIdleTimeout", Duration.ofMinutes(5), Duration.ofMillis(100), Duration.ofDays(1)),
                upstream.duration("streamHeadStart", Duration.ofMillis(250), Duration.ZERO, Duration.ofSeconds(10)),
                upstream.flag("http2", false),
                upstream.duration("resolve", Duration.ofSeconds(10), Duration.ZERO, Duration.ofHours(1)),
                health(upstream.section("health")),
                UpstreamTls.read(upstream, directory));
    }

    private static Health health(Section section) {
        var health = new Health(
                section.integer("failures", 5, 1, 1000),
                section.duration("eject", Duration.ofSeconds(5), Duration.ofMillis(10), Duration.ofHours(1)),
                section.duration("maxEject", Duration.ofMinutes(1), Duration.ofMillis(10), Duration.ofHours(1)));
        if (health.maxEject().compareTo(health.eject()) < 0) {
            section.problem("maxEject", "must not be shorter than eject");
        }
        section.refuseUnknownKeys();
        return health;
    }
}
