package dev.portcullis.mcp;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.config.Secret;
import dev.portcullis.http.ClientAddress;
import dev.portcullis.token.UserAssertions;
import dev.portcullis.token.VerifiedToken;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which headers pass between client and upstream. The client's credentials never do (MCP 2026-07-28 authorization "Access Token Privilege
 * Restriction"); what tells the upstream who calls is always ours, so copies from outside are dropped whatever the identity mode.
 */
final class HeaderPolicy {
    // RFC 9110 §7.6.1
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");
    // Credentials of the client, and what a proxy in front of the upstream would have said about the client.
    private static final Set<String> REQUEST_DROPPED = Set.of(
            "authorization",
            "cookie",
            "cookie2",
            "expect",
            "forwarded",
            "host",
            "true-client-ip",
            "x-client-ip",
            "x-http-method-override",
            "x-original-url",
            "x-real-ip",
            "x-request-id",
            "x-rewrite-url");
    // What would speak for the whole origin, which is the gateway's and not the upstream's.
    private static final Set<String> RESPONSE_DROPPED = Set.of(
            "alt-svc",
            "clear-site-data",
            "public-key-pins",
            "service-worker-allowed",
            "set-cookie",
            "set-cookie2",
            "strict-transport-security",
            "www-authenticate",
            "x-request-id");
    private static final String FORWARDED_PREFIX = "x-forwarded-";
    private static final String CORS_PREFIX = "access-control-";

    private final GatewayConfig.Upstream upstream;
    private final String publicHost;
    private final String publicScheme;
    private final ClientAddress addresses;
    private final UserAssertions assertions;
    // Ours too; no spelling of theirs comes from a client.
    private final Set<String> fixed;

    HeaderPolicy(GatewayConfig config, GatewayConfig.Upstream upstream, UserAssertions assertions) {
        this.upstream = upstream;
        this.assertions = assertions;
        this.fixed = upstream.headers().keySet().stream()
                .map(HeaderPolicy::canonical)
                .collect(Collectors.toUnmodifiableSet());
        this.addresses = new ClientAddress(config.http());
        this.publicScheme = upstream.origin().startsWith("http://") ? "http" : "https";
        this.publicHost = upstream.origin().substring(publicScheme.length() + "://".length());
    }

    void request(HttpServerRequest from, VerifiedToken token, String requestId, MultiMap to) {
        Set<String> named = namedByConnection(from.headers());
        for (Map.Entry<String, String> header : from.headers()) {
            String name = canonical(header.getKey());
            if (!HOP_BY_HOP.contains(name)
                    && !REQUEST_DROPPED.contains(name)
                    && !name.startsWith(FORWARDED_PREFIX)
                    && !named.contains(name)
                    && !fixed.contains(name)) {
                to.add(header.getKey(), header.getValue());
            }
        }
        to.set("X-Request-Id", requestId);
        to.set("X-Forwarded-Host", publicHost);
        to.set("X-Forwarded-Proto", publicScheme);
        to.set("X-Forwarded-For", addresses.of(from));
        identity(token, to);
        for (Map.Entry<String, Secret> header : upstream.headers().entrySet()) {
            to.set(header.getKey(), header.getValue().reveal());
        }
    }

    void response(MultiMap from, MultiMap to) {
        Set<String> named = namedByConnection(from);
        for (Map.Entry<String, String> header : from) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!HOP_BY_HOP.contains(name)
                    && !RESPONSE_DROPPED.contains(name)
                    && !name.startsWith(CORS_PREFIX)
                    && !named.contains(name)) {
                to.add(header.getKey(), header.getValue());
            }
        }
    }

    /** RFC 9110 §15.2: an intermediary passes interim answers on, where the client knows them and the final one has not begun. */
    void hints(MultiMap from, HttpServerRequest request) {
        if (!request.response().headWritten() && request.version() != HttpVersion.HTTP_1_0) {
            MultiMap passed = MultiMap.caseInsensitiveMultiMap();
            response(from, passed);
            request.response().writeEarlyHints(passed);
        }
    }

    private void identity(VerifiedToken token, MultiMap to) {
        switch (upstream.identity()) {
            case HEADERS:
                to.set("X-Forwarded-User", printable(token.user().subject()));
                to.set("X-Forwarded-Preferred-Username", printable(token.user().username()));
                token.email().ifPresent(email -> to.set("X-Forwarded-Email", printable(email)));
                if (!token.user().groups().isEmpty()) {
                    to.set("X-Forwarded-Groups", list(token.user().groups()));
                }
                to.set("X-Forwarded-Client", printable(token.clientId()));
                break;
            case ASSERTION:
                to.set("Authorization", "Bearer " + assertions.about(token, upstream.audience()));
                break;
            case COGNITO:
                to.set("Authorization", "Bearer " + token.idpToken());
                break;
            default:
                break;
        }
    }

    /** Cognito allows commas in the name of a group; unencoded, a group {@code a,admins} would be a member of {@code admins}. */
    private static String list(Collection<String> groups) {
        return groups.stream()
                .map(group -> printable(group).replace(",", "%2C"))
                .collect(Collectors.joining(","));
    }

    /** Names outside ASCII go percent-encoded (RFC 8187 shows no better way for a header of our own); nothing can end the header early. */
    private static String printable(String value) {
        if (isPrintable(value)) {
            return value;
        }
        StringBuilder safe = new StringBuilder(value.length());
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            if (isPrintable((char) b)) {
                safe.append((char) b);
            } else {
                safe.append(String.format("%%%02X", b));
            }
        }
        return safe.toString();
    }

    private static boolean isPrintable(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (!isPrintable(value.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPrintable(char c) {
        return c > 0x20 && c < 0x7F && c != '%';
    }

    /** CGI and WSGI read {@code X_Forwarded_User} as {@code X-Forwarded-User}; so must whoever drops it. */
    private static String canonical(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Set<String> namedByConnection(MultiMap headers) {
        List<String> values = headers.getAll("Connection");
        if (values.isEmpty()) {
            return Set.of();
        }
        Set<String> named = new HashSet<>();
        for (String value : values) {
            for (String name : value.split(",")) {
                named.add(name.trim().toLowerCase(Locale.ROOT));
            }
        }
        return named;
    }
}
