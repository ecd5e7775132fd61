package dev.portcullis;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.config.RateLimits;
import dev.portcullis.http.Answers;
import dev.portcullis.http.Cors;
import dev.portcullis.http.Route;
import dev.portcullis.http.SoundRequest;
import dev.portcullis.http.Visit;
import dev.portcullis.http.Visits;
import dev.portcullis.mcp.McpEndpoint;
import dev.portcullis.oauth.OAuthErrors;
import dev.portcullis.oauth.authorize.AuthorizationEndpoint;
import dev.portcullis.oauth.client.RegistrationHandler;
import dev.portcullis.oauth.connections.ConnectionsEndpoint;
import dev.portcullis.oauth.limit.AddressLimit;
import dev.portcullis.oauth.metadata.MetadataDocuments;
import dev.portcullis.oauth.token.RevocationEndpoint;
import dev.portcullis.oauth.token.TokenEndpoint;
import dev.portcullis.pages.HomePage;
import dev.portcullis.pages.Pages;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The one table of paths and what answers them. MCP endpoints are looked up directly, everything else goes through the router. */
final class Routes implements Handler<HttpServerRequest> {
    /** No web page may look into these, not even into their refusals (OAuth 2.1 §3.1). */
    private static final Set<String> FOR_PEOPLE =
            Set.of("/authorize", "/consent", "/callback", "/connections", "/signed-out");

    private static final String METADATA = "/.well-known/oauth-protected-resource/{name}/mcp";

    private final Visits visits;
    private final Site own;
    // By what clients write into Host.
    private final Map<String, Site> others = new HashMap<>();
    private final Map<String, Route> routes;
    private final Router router;

    /** What one origin serves. */
    private record Site(Router router, Map<String, Route> routes, Map<String, McpEndpoint> mcp) {
        static Site empty(Vertx vertx) {
            return new Site(Router.router(vertx), new HashMap<>(), new HashMap<>());
        }
    }

    /** What the routes lead to. */
    record Endpoints(
            AddressLimit limit,
            RegistrationHandler registration,
            AuthorizationEndpoint authorization,
            TokenEndpoint token,
            RevocationEndpoint revocation,
            ConnectionsEndpoint connections,
            MetadataDocuments metadata,
            Pages pages,
            Map<String, McpEndpoint> mcp) {}

    /** @param endpoints those for MCP by the names of their upstreams */
    Routes(Vertx vertx, GatewayConfig config, Visits visits, Endpoints endpoints) {
        this.visits = visits;
        this.own = Site.empty(vertx);
        this.router = own.router();
        this.routes = own.routes();
        AddressLimit limit = endpoints.limit();
        RateLimits limits = config.rateLimits();
        if (config.registration().enabled()) {
            endpoint(
                    "/register",
                    HttpMethod.POST,
                    limit.before("register", limits.register(), endpoints.registration()::handle, Routes::refuse));
        }
        endpoint(
                "/token",
                HttpMethod.POST,
                limit.before("token", limits.token(), endpoints.token()::handle, Routes::refuse));
        endpoint(
                "/revoke",
                HttpMethod.POST,
                limit.before("token", limits.token(), endpoints.revocation()::handle, Routes::refuse));
        Handler<HttpServerRequest> authorize = limit.before(
                "authorize",
                limits.authorize(),
                endpoints.authorization()::authorize,
                endpoints.authorization()::refused);
        page("/authorize", HttpMethod.GET, authorize);
        page("/authorize", HttpMethod.POST, authorize);
        page(
                "/consent",
                HttpMethod.POST,
                limit.before(
                        "consent",
                        limits.authorize(),
                        endpoints.authorization()::consent,
                        endpoints.authorization()::refused));
        page("/consent", HttpMethod.GET, endpoints.authorization()::consentAgain);
        page(
                "/connections",
                HttpMethod.GET,
                limit.before(
                        "authorize",
                        limits.authorize(),
                        endpoints.connections()::show,
                        endpoints.connections()::refused));
        page(
                "/connections",
                HttpMethod.POST,
                limit.before(
                        "consent",
                        limits.authorize(),
                        endpoints.connections()::change,
                        endpoints.connections()::refused));
        page("/signed-out", HttpMethod.GET, endpoints.connections()::signedOut);
        page(
                "/callback",
                HttpMethod.GET,
                limit.before(
                        "callback",
                        limits.authorize(),
                        endpoints.authorization()::callback,
                        endpoints.authorization()::refused));
        document("/.well-known/oauth-authorization-server", endpoints.metadata()::authorizationServer);
        document("/.well-known/jwks.json", endpoints.metadata()::jwks);
        config.upstreams().forEach((name, upstream) -> {
            Site site = upstream.origin().equals(config.publicUrl()) ? own : siteOf(vertx, upstream.origin());
            String metadata = upstream.metadataUrl().substring(upstream.origin().length());
            endpoint(
                    site,
                    metadata,
                    HttpMethod.GET,
                    request -> endpoints.metadata().protectedResource(request, upstream));
            site.routes().put(metadata, Route.of(METADATA));
            site.routes().put(upstream.path(), new Route("/{name}/mcp", Optional.of(name)));
            site.mcp().put(upstream.path(), endpoints.mcp().get(name));
        });
        page("/", HttpMethod.GET, request -> home(request, config, endpoints.pages()));
        page(endpoints.pages().stylesheet().path(), HttpMethod.GET, request -> stylesheet(request, endpoints.pages()));
        routes.put(endpoints.pages().stylesheet().path(), Route.of("/assets/{stylesheet}"));
        notHere(own.router());
        others.values().forEach(site -> notHere(site.router()));
    }

    /** That of an upstream with a host of its own: MCP and the document about it, and nothing else. */
    private Site siteOf(Vertx vertx, String origin) {
        String host = origin.substring(origin.indexOf("//") + 2);
        Site site = others.computeIfAbsent(host, first -> Site.empty(vertx));
        if (!host.matches(".*:[0-9]+")) {
            // Some clients write the port even where it is the usual one.
            others.put(host + (origin.startsWith("https") ? ":443" : ":80"), site);
        }
        return site;
    }

    private Site site(HttpServerRequest request) {
        String host = request.getHeader(HttpHeaders.HOST);
        return host == null ? own : others.getOrDefault(host.toLowerCase(Locale.ROOT), own);
    }

    /** What is not here is 404 and JSON: clients probe well-known addresses and go on to the next. */
    private static void notHere(Router router) {
        router.errorHandler(404, context -> notHere(context.request(), 404, "nothing is here"));
        router.errorHandler(405, context -> notHere(context.request(), 405, "this method is not served here"));
        router.errorHandler(400, context -> notHere(context.request(), 400, "the request is not well-formed"));
        router.errorHandler(500, context -> OAuthErrors.write(context.request(), context.failure()));
    }

    @Override
    public void handle(HttpServerRequest request) {
        if (!SoundRequest.isSound(request)) {
            visits.begin(request, Route.INVALID);
            InvalidRequests.refuse(request, 400);
            return;
        }
        Site site = others.isEmpty() ? own : site(request);
        Visit visit = visits.begin(request, site.routes().getOrDefault(request.path(), Route.UNKNOWN));
        McpEndpoint endpoint = site.mcp().get(request.path());
        if (endpoint != null) {
            endpoint.handle(request, visit);
        } else {
            site.router().handle(request);
        }
    }

    /** For programs: any web page may call it, so preflight requests are answered too. */
    private void endpoint(String path, HttpMethod method, Handler<HttpServerRequest> handler) {
        endpoint(own, path, method, handler);
    }

    private static void endpoint(Site site, String path, HttpMethod method, Handler<HttpServerRequest> handler) {
        site.routes().put(path, Route.of(path));
        site.router().route(method, path).handler(context -> handler.handle(context.request()));
        site.router().options(path).handler(context -> Cors.preflight(context.request(), method.name()));
    }

    private void document(String path, Handler<HttpServerRequest> handler) {
        endpoint(path, HttpMethod.GET, handler);
    }

    /** For people: no other origin may read it. */
    private void page(String path, HttpMethod method, Handler<HttpServerRequest> handler) {
        routes.put(path, Route.of(path));
        router.route(method, path).handler(context -> handler.handle(context.request()));
    }

    private static void home(HttpServerRequest request, GatewayConfig config, Pages pages) {
        Answers.page(
                request,
                200,
                pages.home(new HomePage(config.upstreams().values().stream()
                        .map(upstream ->
                                HomePage.Server.of(upstream.name(), upstream.displayName(), upstream.resource()))
                        .toList())));
    }

    private static void stylesheet(HttpServerRequest request, Pages pages) {
        request.response()
                .putHeader("Content-Type", "text/css; charset=utf-8")
                .putHeader("Cache-Control", "public, max-age=31536000, immutable")
                .putHeader("X-Content-Type-Options", "nosniff")
                .end(pages.stylesheet().content());
    }

    private static void refuse(HttpServerRequest request, Throwable failure) {
        Cors.open(request);
        OAuthErrors.write(request, failure);
    }

    private static void notHere(HttpServerRequest request, int status, String description) {
        if (!FOR_PEOPLE.contains(request.path())) {
            Cors.open(request);
        }
        String error = status == 404 ? "not_found" : status == 405 ? "method_not_allowed" : "invalid_request";
        Answers.json(request, status, new JsonObject().put("error", error).put("error_description", description));
    }
}
