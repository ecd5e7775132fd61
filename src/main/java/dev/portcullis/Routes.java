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
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The one table of paths and what answers them. MCP endpoints are looked up directly, everything else goes through the router. */
final class Routes implements Handler<HttpServerRequest> {
    /** No web page may look into these, not even into their refusals (OAuth 2.1 §3.1). */
    private static final Set<String> FOR_PEOPLE = Set.of("/authorize", "/consent", "/callback", "/connections");

    private final Map<String, McpEndpoint> mcp;
    private final Visits visits;
    private final Map<String, Route> routes = new HashMap<>();
    private final Router router;

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

    Routes(Vertx vertx, GatewayConfig config, Visits visits, Endpoints endpoints) {
        this.mcp = endpoints.mcp();
        this.visits = visits;
        this.router = Router.router(vertx);
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
        page("/consent", HttpMethod.POST, endpoints.authorization()::consent);
        page(
                "/connections",
                HttpMethod.GET,
                limit.before(
                        "authorize",
                        limits.authorize(),
                        endpoints.connections()::show,
                        endpoints.connections()::refused));
        page("/connections", HttpMethod.POST, endpoints.connections()::change);
        page("/callback", HttpMethod.GET, endpoints.authorization()::callback);
        document("/.well-known/oauth-authorization-server", endpoints.metadata()::authorizationServer);
        document("/.well-known/jwks.json", endpoints.metadata()::jwks);
        config.upstreams().values().forEach(upstream -> {
            String metadata = "/.well-known/oauth-protected-resource/" + upstream.name() + "/mcp";
            document(metadata, request -> endpoints.metadata().protectedResource(request, upstream));
            routes.put(metadata, Route.of("/.well-known/oauth-protected-resource/{name}/mcp"));
            routes.put("/" + upstream.name() + "/mcp", new Route("/{name}/mcp", Optional.of(upstream.name())));
        });
        page("/", HttpMethod.GET, request -> home(request, config, endpoints.pages()));
        page(endpoints.pages().stylesheet().path(), HttpMethod.GET, request -> stylesheet(request, endpoints.pages()));
        routes.put(endpoints.pages().stylesheet().path(), Route.of("/assets/{stylesheet}"));
        // What is not here is 404 and JSON: clients probe well-known addresses and go on to the next.
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
        Visit visit = visits.begin(request, routes.getOrDefault(request.path(), Route.UNKNOWN));
        McpEndpoint endpoint = mcp.get(request.path());
        if (endpoint != null) {
            endpoint.handle(request, visit);
        } else {
            router.handle(request);
        }
    }

    /** For programs: any web page may call it, so preflight requests are answered too. */
    private void endpoint(String path, HttpMethod method, Handler<HttpServerRequest> handler) {
        routes.put(path, Route.of(path));
        router.route(method, path).handler(context -> handler.handle(context.request()));
        router.options(path).handler(context -> Cors.preflight(context.request(), method.name()));
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
