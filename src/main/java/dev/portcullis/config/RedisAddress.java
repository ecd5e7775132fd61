package dev.portcullis.config;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which Redis it is, as {@code redis.url} says it: {@code redis://user:password@host:6379/0}, {@code
 * redis-sentinel://user:password@host:26379,host:26379/0?master=NAME} or {@code redis-cluster://user:password@host:6379,host:6379}; {@code
 * rediss} instead of {@code redis} for TLS. What stands in user and password may be percent-encoded.
 *
 * @param servers the one; or Sentinels, or some servers of a cluster, from which the others are learned
 * @param user of the access control list; without it Redis takes {@code default}
 * @param master what the Sentinels call it; empty for the other kinds
 */
public record RedisAddress(
        Kind kind,
        boolean tls,
        List<Server> servers,
        Optional<String> user,
        Optional<Secret> password,
        int database,
        String master) {
    private static final Pattern URL = Pattern.compile(
            "redis(s?)(|-sentinel|-cluster)://(?:(.*)@)?([^/?@]+)(?:/(\\d{0,5}))?(?:\\?master=([^&#]+))?");
    private static final Pattern SERVER = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[^:\\[\\]]+)(?::(\\d{1,5}))?");

    /** What stands behind an address. */
    public enum Kind {
        STANDALONE,
        SENTINEL,
        CLUSTER
    }

    /** @param host a name or an address, that of IPv6 in brackets */
    public record Server(String host, int port) {
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /** Throws {@link IllegalArgumentException} whose message says what is wrong and never quotes the URL, which holds a password. */
    static RedisAddress parse(String url) {
        Matcher parts = URL.matcher(url);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "must be redis://:password@host:6379, redis-sentinel://:password@host:26379,"
                            + "host:26379/0?master=NAME or redis-cluster://:password@host:6379,host:6379; rediss… for TLS");
        }
        Kind kind = kind(group(parts, 2).orElse(""));
        List<Server> servers = servers(group(parts, 4).orElse(""), kind == Kind.SENTINEL ? 26379 : 6379);
        String[] credentials = group(parts, 3).orElse(":").split(":", 2);
        String database = group(parts, 5).orElse("0");
        Optional<String> master = group(parts, 6);
        require(
                kind != Kind.STANDALONE || servers.size() == 1,
                "names several servers: that takes redis-sentinel://… or redis-cluster://…");
        require(
                credentials.length == 2,
                "has a user without a password; a password alone is written redis://:password@host");
        require(kind != Kind.CLUSTER || database.equals("0"), "names a database, and a cluster has only number 0");
        require(
                kind == Kind.SENTINEL == master.isPresent(),
                "must end in ?master=NAME, the name that the Sentinels know the master by, with redis-sentinel:// and only there");
        return new RedisAddress(
                kind,
                group(parts, 1).isPresent(),
                servers,
                Optional.of(decode(credentials[0])).filter(user -> !user.isEmpty()),
                Optional.of(decode(credentials[1]))
                        .filter(password -> !password.isEmpty())
                        .map(Secret::new),
                Integer.parseInt(database),
                master.map(RedisAddress::decode).orElse(""));
    }

    private static Kind kind(String suffix) {
        switch (suffix) {
            case "-sentinel":
                return Kind.SENTINEL;
            case "-cluster":
                return Kind.CLUSTER;
            default:
                return Kind.STANDALONE;
        }
    }

    private static List<Server> servers(String list, int defaultPort) {
        List<Server> servers = new ArrayList<>();
        for (String one : list.split(",", -1)) {
            Matcher server = SERVER.matcher(one.trim());
            int port =
                    server.matches() ? group(server, 2).map(Integer::parseInt).orElse(defaultPort) : 0;
            require(port > 0 && port < 65536, "must name each server as host:port, separated by commas");
            servers.add(new Server(group(server, 1).orElse(""), port));
        }
        return List.copyOf(servers);
    }

    private static Optional<String> group(Matcher matcher, int number) {
        return Optional.ofNullable(matcher.group(number)).filter(text -> !text.isEmpty());
    }

    /** As in a URI, where a plus sign is no space. */
    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static void require(boolean condition, String problem) {
        if (!condition) {
            throw new IllegalArgumentException(problem);
        }
    }
}
