package dev.portcullis.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@code gateway.yaml}: the keys, their defaults and their bounds, in the order of the file. */
public final class ConfigReader {
    private static final Pattern UPSTREAM_NAME = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");
    // First path segments that are ours; an upstream of such a name would hide behind them.
    private static final Set<String> RESERVED =
            Set.of("assets", "authorize", "callback", "connections", "consent", "register", "revoke", "token");
    private static final Pattern PATH = Pattern.compile("(?:/[A-Za-z0-9._~-]+)+");
    private static final Pattern SCHEME = Pattern.compile("[a-z][a-z0-9+.-]*");
    private static final Set<String> FORBIDDEN_SCHEMES =
            Set.of("http", "https", "javascript", "data", "vbscript", "file", "blob", "about");
    // RFC 6749 §3.3: scope-token.
    private static final Pattern SCOPE_TOKEN = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]+");

    private final Map<String, String> environment;

    public ConfigReader(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Throws {@link ConfigException} with every problem of the file. */
    public GatewayConfig read(Path file) {
        try {
            return read(
                    file.toString(),
                    Files.readString(file),
                    file.toAbsolutePath().resolveSibling(""));
        } catch (IOException e) {
            throw new ConfigException(
                    file.toString(),
                    List.of(new Problem("", "the file cannot be read; check the path and that this user may read it")));
        }
    }

    /**
     * Reads a configuration that is no file.
     *
     * @param source what to call it in messages
     * @param directory that relative paths start from
     */
    public GatewayConfig read(String source, String yaml, Path directory) {
        List<Problem> problems = new ArrayList<>();
        JsonNode tree = parse(source, yaml);
        GatewayConfig config = read(new Section("", tree, new Interpolation(environment), problems), directory);
        if (!problems.isEmpty()) {
            throw new ConfigException(source, problems);
        }
        return config;
    }

    private static JsonNode parse(String source, String yaml) {
        try {
            return new ObjectMapper(new YAMLFactory()).readTree(yaml);
        } catch (JsonProcessingException e) {
            // The message alone could quote a secret; the place is enough to find the mistake.
            String where = e.getLocation() == null
                    ? ""
                    : " (line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ")";
            throw new ConfigException(source, List.of(new Problem("", "is not valid YAML" + where)));
        }
    }

    private static GatewayConfig read(Section root, Path directory) {
        String publicUrl = Urls.publicUrl(root, "publicUrl");
        Map<String, GatewayConfig.Upstream> upstreams = upstreams(root, publicUrl);
        GatewayConfig config = new GatewayConfig(
                publicUrl,
                listen(root.section("listen"), "0.0.0.0", 8080),
                listen(root.section("management"), "127.0.0.1", 9090),
                cognito(root.section("cognito")),
                redis(root.section("redis")),
                keyDirectory(root.section("keys"), directory),
                login(root.section("login")),
                tokens(root.section("tokens")),
                refresh(root.section("refresh")),
                registration(root.section("registration")),
                resources(root.section("resources"), upstreams),
                http(root.section("http")),
                upstreams);
        root.refuseUnknownKeys();
        return config;
    }

    private static GatewayConfig.Listen listen(Section section, String host, int port) {
        var listen = new GatewayConfig.Listen(section.text("host", host), section.integer("port", port, 0, 65535));
        section.refuseUnknownKeys();
        return listen;
    }

    private static GatewayConfig.Cognito cognito(Section section) {
        String issuer = Urls.withoutSlash(Urls.secure(section, "issuer"));
        List<Secret> secrets = new ArrayList<>();
        section.secret("clientSecret").ifPresent(secrets::add);
        section.secret("nextClientSecret").ifPresent(secrets::add);
        List<String> scopes = section.texts("scopes", List.of("openid", "email", "profile"));
        if (!scopes.contains("openid")) {
            section.problem("scopes", "must contain openid: without it Cognito sends no ID token");
        }
        if (scopes.contains("aws.cognito.signin.user.admin")) {
            section.problem("scopes", "must not contain aws.cognito.signin.user.admin: its bearer may change the user");
        }
        if (scopes.contains("offline_access")) {
            section.problem(
                    "scopes", "must not contain offline_access: Cognito does not know it and refuses the login");
        }
        var cognito = new GatewayConfig.Cognito(
                issuer,
                Urls.withoutSlash(Urls.secure(section, "domain")),
                paths(section.section("paths")),
                section.optionalText("jwksUri").isPresent()
                        ? Urls.secure(section, "jwksUri")
                        : issuer + "/.well-known/jwks.json",
                section.text("clientId"),
                List.copyOf(secrets),
                scopes,
                section.duration("timeout", Duration.ofMillis(1500), Duration.ofMillis(100), Duration.ofSeconds(30)),
                section.duration("jwksRefresh", Duration.ofHours(1), Duration.ofSeconds(1), Duration.ofDays(1)),
                section.duration("jwksCooldown", Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofHours(1)));
        section.refuseUnknownKeys();
        return cognito;
    }

    private static GatewayConfig.Paths paths(Section section) {
        var paths = new GatewayConfig.Paths(
                path(section, "authorize", "/oauth2/authorize"),
                path(section, "token", "/oauth2/token"),
                path(section, "revoke", "/oauth2/revoke"));
        section.refuseUnknownKeys();
        return paths;
    }

    private static String path(Section section, String key, String fallback) {
        String path = section.text(key, fallback);
        if (!PATH.matcher(path).matches()) {
            section.problem(key, "must be a path such as " + fallback);
        }
        return path;
    }

    private static GatewayConfig.Redis redis(Section section) {
        Secret url = section.secret("url").orElse(new Secret("redis://localhost:6379"));
        if (!url.reveal().startsWith("redis://") && !url.reveal().startsWith("rediss://")) {
            section.problem("url", "must start with redis:// or rediss://, such as redis://:password@host:6379");
        }
        var redis = new GatewayConfig.Redis(
                url,
                section.duration("timeout", Duration.ofSeconds(1), Duration.ofMillis(10), Duration.ofSeconds(30)),
                section.integer("maxPending", 2048, 1, 1_000_000));
        section.refuseUnknownKeys();
        return redis;
    }

    private static Path keyDirectory(Section section, Path directory) {
        // Relative to the file, so that a configuration directory can be moved as a whole.
        Path keys = directory.resolve(section.text("directory")).normalize();
        section.refuseUnknownKeys();
        return keys;
    }

    private static GatewayConfig.Login login(Section section) {
        var login = new GatewayConfig.Login(
                section.duration("pendingTtl", Duration.ofMinutes(10), Duration.ofSeconds(1), Duration.ofHours(1)),
                // RFC 6749 §4.1.2 recommends ten minutes at the most.
                section.duration("codeTtl", Duration.ofSeconds(60), Duration.ofSeconds(1), Duration.ofMinutes(10)),
                section.duration("spentCodeTtl", Duration.ofMinutes(10), Duration.ofSeconds(1), Duration.ofHours(1)));
        section.refuseUnknownKeys();
        return login;
    }

    private static GatewayConfig.Tokens tokens(Section section) {
        var tokens = new GatewayConfig.Tokens(
                section.duration("accessTokenTtl", Duration.ofHours(1), Duration.ofSeconds(1), Duration.ofDays(1)),
                section.choice("subject", GatewayConfig.Subject.USER),
                section.choice("cognitoToken", GatewayConfig.CognitoToken.ENCRYPTED),
                section.duration("clockSkew", Duration.ofSeconds(30), Duration.ZERO, Duration.ofSeconds(60)),
                section.integer("cacheSize", 50_000, 100, 10_000_000));
        section.refuseUnknownKeys();
        return tokens;
    }

    private static GatewayConfig.Refresh refresh(Section section) {
        Duration lifetime =
                section.duration("lifetime", Duration.ofDays(30), Duration.ofMinutes(1), Duration.ofDays(3650));
        var refresh = new GatewayConfig.Refresh(
                lifetime,
                section.duration("maxLifetime", Duration.ofDays(90), Duration.ofMinutes(1), Duration.ofDays(3650)),
                section.duration("reuseGrace", Duration.ofMinutes(30), Duration.ZERO, Duration.ofDays(2)),
                section.duration("lease", Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofMinutes(1)),
                section.duration("patience", Duration.ofMillis(1500), Duration.ofMillis(100), Duration.ofSeconds(30)));
        if (refresh.maxLifetime().compareTo(lifetime) < 0) {
            section.problem("maxLifetime", "must not be shorter than refresh.lifetime");
        }
        section.refuseUnknownKeys();
        return refresh;
    }

    private static GatewayConfig.Registration registration(Section section) {
        List<String> schemes = section.texts("privateUseSchemes", List.of());
        for (String scheme : schemes) {
            if (!SCHEME.matcher(scheme).matches() || FORBIDDEN_SCHEMES.contains(scheme)) {
                section.problem(
                        "privateUseSchemes",
                        "holds " + scheme
                                + ", which is not a scheme of a native app; write it in lower case without ://");
            }
        }
        var registration = new GatewayConfig.Registration(
                section.flag("enabled", true),
                section.bytes("maxMetadata", 2048, 256, 8192),
                section.integer("maxRedirectUris", 10, 1, 100),
                schemes);
        section.refuseUnknownKeys();
        return registration;
    }

    private static GatewayConfig.Resources resources(Section section, Map<String, GatewayConfig.Upstream> upstreams) {
        Optional<String> named = section.optionalText("defaultUpstream");
        named.filter(name -> !upstreams.containsKey(name))
                .ifPresent(name -> section.problem(
                        "defaultUpstream", "names no upstream; known: " + String.join(", ", upstreams.keySet())));
        section.refuseUnknownKeys();
        // With a single upstream there is nothing to confuse it with.
        return new GatewayConfig.Resources(named.or(() -> upstreams.keySet().stream()
                .filter(name -> upstreams.size() == 1)
                .findFirst()));
    }

    private static GatewayConfig.Http http(Section section) {
        var http = new GatewayConfig.Http(
                section.bytes("maxHeader", 32 * 1024, 8 * 1024, 1024 * 1024),
                section.bytes("maxForm", 64 * 1024, 1024, 1024 * 1024),
                section.texts("origins", List.of()));
        for (String origin : http.origins()) {
            if (!Urls.isOrigin(origin)) {
                section.problem(
                        "origins",
                        "holds " + origin + ", which is not an origin; write scheme://host[:port] and nothing more");
            }
        }
        section.refuseUnknownKeys();
        return http;
    }

    private static Map<String, GatewayConfig.Upstream> upstreams(Section root, String publicUrl) {
        Map<String, GatewayConfig.Upstream> upstreams = new LinkedHashMap<>();
        root.sections("upstreams").forEach((name, section) -> {
            if (!UPSTREAM_NAME.matcher(name).matches() || RESERVED.contains(name)) {
                root.section("upstreams")
                        .problem(
                                name,
                                "cannot be a name: it becomes a path, /" + name
                                        + "/mcp; use lower-case letters, digits and -, and none of "
                                        + String.join(
                                                ", ", RESERVED.stream().sorted().toList()));
            }
            upstreams.put(name, upstream(section, name, publicUrl));
        });
        if (upstreams.isEmpty()) {
            root.problem("upstreams", "names no MCP server; add at least one, as name: { url: http://host:port/mcp }");
        }
        return upstreams;
    }

    private static GatewayConfig.Upstream upstream(Section section, String name, String publicUrl) {
        List<String> scopes = section.texts("scopes", List.of("mcp:" + name));
        if (scopes.isEmpty()
                || !scopes.stream().allMatch(scope -> SCOPE_TOKEN.matcher(scope).matches())) {
            section.problem("scopes", "must hold at least one scope, each without spaces, quotes and backslashes");
        }
        var upstream = new GatewayConfig.Upstream(
                name,
                section.text("displayName", name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1)),
                Urls.withQuery(section, "url").map(URI::create).orElse(URI.create("http://unresolved.invalid/")),
                publicUrl + "/" + name + "/mcp",
                scopes,
                section.choice("identity", GatewayConfig.Identity.HEADERS),
                section.secrets("headers"),
                section.integer("maxConnections", 512, 1, 100_000),
                section.integer("maxWaiting", 256, 0, 100_000),
                section.duration("connectTimeout", Duration.ofSeconds(2), Duration.ofMillis(10), Duration.ofMinutes(1)),
                section.duration(
                        "responseTimeout", Duration.ofSeconds(60), Duration.ofMillis(10), Duration.ofHours(1)));
        Optional<String> unusable = upstream.headers().keySet().stream()
                .filter(header -> !HeaderNames.mayBeFixed(header))
                .findFirst();
        unusable.ifPresent(header -> section.problem(
                "headers", header + " cannot be set: it is not a header name, or the gateway's own concern"));
        section.refuseUnknownKeys();
        return upstream;
    }
}
