package dev.portcullis.config;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Clients whose id is the https address of a document about them (Client ID Metadata Documents).
 *
 * @param allow hosts whose documents are accepted, {@code client.example} or {@code *.example.com}; empty accepts all
 * @param deny hosts whose documents and key sets are never fetched, stronger than {@code allow}
 * @param loopback documents at plain http on this machine too; only where the public URL is such itself
 * @param maxDocumentBytes of a document
 * @param maxKeySetBytes of what its {@code jwks_uri} names
 * @param timeout for a whole fetch, looking the host up included
 * @param maxConcurrent fetches at once on one event loop
 * @param maxPerHost of those, for one host
 * @param maxPerAddress of those, to one address, whatever names it has
 * @param maxCached documents remembered in memory by one event loop, and as many key sets
 * @param maxStored documents kept in Redis for all replicas
 * @param proxy for all fetches; it must refuse internal addresses itself, because it looks the hosts up
 * @param denyNetworks addresses that are never connected to, besides all that are not public
 * @param maxAssertionLifetime the farthest that a client assertion's {@code exp} may be ahead
 * @param keySetCooldown the shortest time between two fetches for a key id that is not known
 */
public record ClientDocuments(
        boolean enabled,
        List<String> allow,
        List<String> deny,
        boolean loopback,
        int maxDocumentBytes,
        int maxKeySetBytes,
        Duration connectTimeout,
        Duration timeout,
        int maxConcurrent,
        int maxPerHost,
        int maxPerAddress,
        Cache cache,
        int maxCached,
        int maxStored,
        Optional<Proxy> proxy,
        List<Cidr> denyNetworks,
        Duration maxAssertionLifetime,
        Duration keySetCooldown) {
    private static final Pattern HOST = Pattern.compile("(?:\\*\\.)?(?:[a-z0-9-]+\\.)*[a-z0-9-]+");

    /**
     * How long a document counts as fresh.
     *
     * @param defaultTtl where it does not say
     * @param keepStale how much longer it may be used while its server is in trouble
     */
    public record Cache(Duration minTtl, Duration defaultTtl, Duration maxTtl, Duration keepStale) {

        public Duration clamp(Duration ttl) {
            return ttl.compareTo(minTtl) < 0 ? minTtl : ttl.compareTo(maxTtl) > 0 ? maxTtl : ttl;
        }
    }

    /** An HTTP proxy that knows {@code CONNECT}. */
    public record Proxy(String host, int port) {}

    static ClientDocuments read(Section section, String publicUrl) {
        var documents = new ClientDocuments(
                section.flag("enabled", true),
                hosts(section, "allow"),
                hosts(section, "deny"),
                loopback(section, publicUrl),
                section.bytes("maxDocument", 5 * 1024, 512, 64 * 1024),
                section.bytes("maxKeySet", 32 * 1024, 512, 256 * 1024),
                section.duration(
                        "connectTimeout", Duration.ofSeconds(2), Duration.ofMillis(50), Duration.ofSeconds(10)),
                section.duration("timeout", Duration.ofSeconds(4), Duration.ofMillis(100), Duration.ofSeconds(20)),
                section.integer("maxConcurrent", 128, 1, 1000),
                section.integer("maxPerHost", 4, 1, 100),
                section.integer("maxPerAddress", 16, 1, 1000),
                cache(section.section("cache")),
                section.integer("maxCached", 1000, 1, 100_000),
                section.integer("maxStored", 1000, 1, 100_000),
                proxy(section),
                networks(section),
                section.duration(
                        "maxAssertionLifetime", Duration.ofMinutes(10), Duration.ofSeconds(30), Duration.ofHours(1)),
                section.duration(
                        "keySetCooldown", Duration.ofSeconds(30), Duration.ofMillis(100), Duration.ofHours(1)));
        section.refuseUnknownKeys();
        return documents;
    }

    private static Cache cache(Section section) {
        var cache = new Cache(
                section.duration("minTtl", Duration.ofMinutes(1), Duration.ZERO, Duration.ofHours(1)),
                section.duration("defaultTtl", Duration.ofMinutes(10), Duration.ZERO, Duration.ofHours(24)),
                section.duration("maxTtl", Duration.ofHours(24), Duration.ofSeconds(1), Duration.ofHours(24)),
                section.duration("keepStale", Duration.ofHours(24), Duration.ZERO, Duration.ofDays(7)));
        if (cache.minTtl().compareTo(cache.maxTtl()) > 0) {
            section.problem("minTtl", "must not be longer than clientDocuments.cache.maxTtl");
        }
        section.refuseUnknownKeys();
        return cache;
    }

    private static List<String> hosts(Section section, String key) {
        List<String> hosts = section.texts(key, List.of());
        for (String host : hosts) {
            if (!HOST.matcher(host).matches()) {
                section.problem(key, "holds " + host + ", which is no host; write client.example or *.example.com");
            }
        }
        return hosts;
    }

    private static boolean loopback(Section section, String publicUrl) {
        boolean loopback = section.flag("loopback", false);
        if (loopback && !publicUrl.startsWith("http://")) {
            section.problem("loopback", "is for development: publicUrl must be plain http on localhost");
        }
        return loopback;
    }

    private static Optional<Proxy> proxy(Section section) {
        if (section.optionalText("proxy").isEmpty()) {
            return Optional.empty();
        }
        return Urls.http(section, "proxy")
                .map(URI::create)
                .map(uri -> new Proxy(uri.getHost(), uri.getPort() >= 0 ? uri.getPort() : 80));
    }

    private static List<Cidr> networks(Section section) {
        List<Cidr> networks = new ArrayList<>();
        for (String text : section.texts("denyNetworks", List.of())) {
            Cidr.parse(text)
                    .ifPresentOrElse(
                            networks::add,
                            () -> section.problem(
                                    "denyNetworks", "holds " + text + ", which is no network such as 10.0.0.0/8"));
        }
        return List.copyOf(networks);
    }
}
