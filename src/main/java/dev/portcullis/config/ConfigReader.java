package dev.portcullis.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code gateway.yaml}: the keys, their defaults and their bounds, in the order of the file. */
public final class ConfigReader {

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
        Map<String, GatewayConfig.Upstream> upstreams = UpstreamsReader.read(root, publicUrl, directory);
        Cognito cognito = CognitoReader.read(root.section("cognito"));
        GatewayConfig.Tokens tokens = tokens(root.section("tokens"));
        GatewayConfig config = new GatewayConfig(
                publicUrl,
                listen(root.section("listen"), "0.0.0.0", 8080),
                listen(root.section("management"), "127.0.0.1", 9090),
                Logging.read(root.section("logging")),
                Telemetry.read(root.section("telemetry")),
                Drain.read(root.section("drain")),
                cognito,
                RedisReader.read(root.section("redis"), directory),
                Keys.read(root.section("keys"), directory),
                login(root.section("login"), tokens.accessTokenTtl()),
                Approvals.read(root.section("approvals")),
                tokens,
                Refresh.read(root.section("refresh"), cognito.timeout()),
                RateLimits.read(root.section("rateLimits")),
                Revocation.read(root.section("revocation")),
                Connections.read(root.section("connections")),
                RegistrationReader.read(root.section("registration")),
                ClientDocuments.read(root.section("clientDocuments"), publicUrl),
                PreRegisteredClient.readAll(root),
                Set.copyOf(root.texts("deniedClients", List.of())),
                resources(root.section("resources"), upstreams),
                http(root.section("http")),
                root.duration("reload", Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofHours(1)),
                upstreams);
        if (config.management().isAt(config.listen())) {
            root.problem("management.port", "must not be listen.port: what is on it is not for the public");
        }
        Urls.refuseWhatCognitoDoes(root, "publicUrl", publicUrl, config.cognito());
        root.refuseUnknownKeys();
        return config;
    }

    private static GatewayConfig.Listen listen(Section section, String host, int port) {
        var listen = new GatewayConfig.Listen(section.text("host", host), section.integer("port", port, 0, 65535));
        section.refuseUnknownKeys();
        return listen;
    }

    /** @param tokenTtl no code may outlive it: what is redeemed must have some of its life left */
    private static GatewayConfig.Login login(Section section, Duration tokenTtl) {
        Duration usual = Duration.ofSeconds(60);
        var login = new GatewayConfig.Login(
                section.duration("pendingTtl", Duration.ofMinutes(10), Duration.ofSeconds(1), Duration.ofHours(1)),
                // RFC 6749 §4.1.2 recommends ten minutes at the most.
                section.duration(
                        "codeTtl",
                        tokenTtl.compareTo(usual) < 0 ? tokenTtl : usual,
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(10)),
                section.duration("spentCodeTtl", Duration.ofMinutes(10), Duration.ofSeconds(1), Duration.ofHours(1)));
        if (login.codeTtl().compareTo(tokenTtl) > 0) {
            section.problem("codeTtl", "must not be longer than tokens.accessTokenTtl");
        }
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
                section.duration("headTimeout", Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofMinutes(5)),
                section.duration("bodyTimeout", Duration.ofSeconds(30), Duration.ofMillis(100), Duration.ofMinutes(5)),
                section.duration("keepAlive", Duration.ofMinutes(11), Duration.ofMillis(100), Duration.ofDays(1)),
                section.texts("origins", List.of()),
                trustedProxies(section),
                section.text("forwardedHeader", "X-Forwarded-For"));
        if (!http.forwardedHeader().equalsIgnoreCase("X-Forwarded-For")
                && !http.forwardedHeader().equalsIgnoreCase("Forwarded")) {
            section.problem("forwardedHeader", "must be X-Forwarded-For or Forwarded");
        }
        for (String origin : http.origins()) {
            if (!Urls.isOrigin(origin)) {
                section.problem(
                        "origins",
                        "holds " + origin
                                + ", which is not an origin; write scheme://host[:port] and nothing more, and no port that the scheme has anyway");
            }
        }
        section.refuseUnknownKeys();
        return http;
    }

    private static List<Cidr> trustedProxies(Section section) {
        List<Cidr> blocks = new ArrayList<>();
        for (String text : section.texts("trustedProxies", List.of())) {
            Cidr.parse(text)
                    .ifPresentOrElse(
                            blocks::add,
                            () -> section.problem(
                                    "trustedProxies",
                                    "holds " + text + ", which is no address or block such as 10.0.0.0/8 or fd00::/8"));
        }
        return List.copyOf(blocks);
    }
}
