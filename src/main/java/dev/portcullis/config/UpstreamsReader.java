package dev.portcullis.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@code upstreams}: the MCP servers behind the gateway. */
final class UpstreamsReader {
    private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");
    // First path segments that are ours; an upstream of such a name would hide behind them.
    private static final Set<String> RESERVED = Set.of(
            "assets", "authorize", "callback", "connections", "consent", "register", "revoke", "signed-out", "token");
    // RFC 6749 §3.3: scope-token.
    private static final Pattern SCOPE_TOKEN = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]+");
    private static final int MAX_DESCRIPTION = 200;

    private UpstreamsReader() {}

    static Map<String, GatewayConfig.Upstream> read(Section root, String publicUrl, Path directory) {
        Map<String, GatewayConfig.Upstream> upstreams = new LinkedHashMap<>();
        root.sections("upstreams").forEach((name, section) -> {
            if (!NAME.matcher(name).matches() || RESERVED.contains(name)) {
                root.section("upstreams")
                        .problem(
                                name,
                                "cannot be a name: it becomes a path, /" + name
                                        + "/mcp; use lower-case letters, digits and -, and none of "
                                        + String.join(
                                                ", ", RESERVED.stream().sorted().toList()));
            }
            upstreams.put(name, upstream(section, name, publicUrl, directory));
        });
        if (upstreams.values().stream()
                        .map(GatewayConfig.Upstream::resource)
                        .distinct()
                        .count()
                < upstreams.size()) {
            root.problem("upstreams", "name the same resource twice");
        }
        if (upstreams.isEmpty()) {
            root.problem("upstreams", "names no MCP server; add at least one, as name: { url: http://host:port/mcp }");
        }
        return upstreams;
    }

    static boolean isScope(String token) {
        return SCOPE_TOKEN.matcher(token).matches();
    }

    private static GatewayConfig.Upstream upstream(Section section, String name, String publicUrl, Path directory) {
        List<String> scopes = section.texts("scopes", List.of("mcp:" + name));
        if (scopes.isEmpty() || !scopes.stream().allMatch(UpstreamsReader::isScope)) {
            section.problem("scopes", "must hold at least one scope, each without spaces, quotes and backslashes");
        }
        List<URI> endpoints = endpoints(section);
        var upstream = new GatewayConfig.Upstream(
                name,
                section.text("displayName", capitalized(name)),
                endpoints,
                resource(section, name, publicUrl),
                scopes,
                section.textsByName("scopeDescriptions"),
                section.choice("identity", GatewayConfig.Identity.HEADERS),
                section.text(
                        "audience", endpoints.isEmpty() ? "" : endpoints.get(0).toString()),
                FixedHeaders.read(section),
                UpstreamTransport.read(section, directory),
                UpstreamLimits.read(section.section("limits")),
                ToolPolicy.read(section));
        checkDescriptions(section, upstream);
        if (upstream.identity().isBearer()
                && upstream.headers().keySet().stream().anyMatch("Authorization"::equalsIgnoreCase)) {
            section.problem("headers", "cannot set Authorization beside this identity, which needs it itself");
        }
        section.refuseUnknownKeys();
        return upstream;
    }

    private static void checkDescriptions(Section section, GatewayConfig.Upstream upstream) {
        upstream.scopeDescriptions().forEach((scope, text) -> {
            if (!upstream.offeredScopes().contains(scope)) {
                section.problem("scopeDescriptions", "describes " + scope + ", which neither scopes nor tools name");
            }
            if (text.length() > MAX_DESCRIPTION) {
                section.problem(
                        "scopeDescriptions",
                        "says more about " + scope + " than fits on a page; write at most " + MAX_DESCRIPTION
                                + " characters");
            }
        });
    }

    private static String capitalized(String name) {
        return name.isEmpty() ? name : name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }

    /** Below the public URL, or on an origin of its own. */
    private static String resource(Section section, String name, String publicUrl) {
        String usual = publicUrl + "/" + name + "/mcp";
        if (section.optionalText("resource").isEmpty()) {
            return usual;
        }
        String resource = Urls.secure(section, "resource");
        String path = URI.create(resource).getRawPath();
        if (path.isEmpty() || path.endsWith("/") || path.startsWith("/.well-known")) {
            section.problem("resource", "must have a path without a slash at its end, such as /mcp");
        } else if ((resource + "/").startsWith(publicUrl + "/")) {
            section.problem("resource", "must be on a host of its own; leave it out for " + usual);
        }
        Urls.refuseUsualPort(section, "resource", resource);
        return resource;
    }

    /** One as {@code url}, or several as {@code endpoints}. */
    private static List<URI> endpoints(Section section) {
        List<String> several = section.texts("endpoints", List.of());
        if (several.isEmpty()) {
            return List.of(
                    Urls.withQuery(section, "url").map(URI::create).orElse(URI.create("http://unresolved.invalid/")));
        }
        if (section.optionalText("url").isPresent()) {
            section.problem("url", "cannot be beside endpoints; put it among them");
        }
        if (Set.copyOf(several).size() < several.size()) {
            section.problem("endpoints", "names a URL twice");
        }
        if (several.stream()
                        .map(endpoint -> endpoint.split(":", 2)[0])
                        .distinct()
                        .count()
                > 1) {
            section.problem("endpoints", "mixes http and https");
        }
        List<URI> endpoints = new ArrayList<>();
        for (String endpoint : several) {
            if (Urls.isWithQuery(endpoint)) {
                endpoints.add(URI.create(endpoint));
            } else {
                section.problem(
                        "endpoints",
                        "holds " + endpoint
                                + ", which is no absolute http(s) URL, host in lower case, without user and fragment");
            }
        }
        return List.copyOf(endpoints);
    }
}
