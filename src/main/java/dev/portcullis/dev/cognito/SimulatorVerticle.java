package dev.portcullis.dev.cognito;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * Wires and starts both hosts. One verticle instance means one event loop for both, which is why none of the state needs a
 * lock; do not deploy it twice over the same {@link PoolState}.
 */
final class SimulatorVerticle extends VerticleBase {
    private static final int MAX_BODY_BYTES = 64 * 1024;
    private static final int MAX_HEADER_BYTES = 64 * 1024;
    private static final int IDLE_SECONDS = 120;

    private final Simulation sim;

    SimulatorVerticle(Simulation sim) {
        this.sim = sim;
    }

    Context loop() {
        return context;
    }

    @Override
    public Future<?> start() {
        Gate gate = new Gate(sim.faults(), sim.counts(), sim.clock());
        return listen(domainRouter(gate), sim.options().domainPort())
                .onSuccess(server -> sim.addresses().domainPort(server.actualPort()))
                .compose(domain -> listen(issuerRouter(gate), sim.options().issuerPort()))
                .onSuccess(server -> sim.addresses().issuerPort(server.actualPort()));
    }

    private Future<HttpServer> listen(Router router, int port) {
        HttpServerOptions http = new HttpServerOptions()
                .setHost(sim.options().host())
                .setPort(port)
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setMaxInitialLineLength(MAX_HEADER_BYTES)
                .setIdleTimeout(IDLE_SECONDS);
        return vertx.createHttpServer(http).requestHandler(router).listen();
    }

    private Router issuerRouter(Gate gate) {
        DiscoveryDocuments documents = new DiscoveryDocuments(sim.state(), sim.issuer(), sim.addresses(), sim.keys());
        String wellKnown = "/" + sim.pool().poolId() + "/.well-known";
        Router router = Router.router(vertx);
        router.route().handler(this::date);
        router.get(wellKnown + "/openid-configuration")
                .handler(gate.of(Call.DISCOVERY))
                .handler(documents::openidConfiguration);
        router.get(wellKnown + "/jwks.json").handler(gate.of(Call.JWKS)).handler(documents::jwks);
        router.route().handler(documents::anythingElse);
        return router;
    }

    private Router domainRouter(Gate gate) {
        BrowserSessions sessions = new BrowserSessions(sim.state());
        Pages pages = new Pages();
        ErrorPage errorPage = new ErrorPage(pages, sim.addresses(), sim.faults());
        AuthorizeRules rules = new AuthorizeRules(sim.state(), sim.faults());
        AuthorizeResponse response = new AuthorizeResponse(sim.state(), sim.faults());
        AuthorizeEndpoint authorize = new AuthorizeEndpoint(
                rules,
                response,
                sessions,
                errorPage,
                sim.addresses(),
                sim.options().alwaysSignedIn());
        LoginPage login = new LoginPage(sim.state(), rules, authorize, response, sessions, errorPage, pages);
        ClientAuthentication authentication = new ClientAuthentication(sim.state());

        Router router = Router.router(vertx);
        router.route().handler(this::date);
        router.route().handler(gate::firewall);
        router.route().handler(xsrfCookie(sessions));
        router.route().handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES));
        router.get("/oauth2/authorize").handler(gate.of(Call.AUTHORIZE)).handler(authorize::handle);
        router.get("/login").handler(gate.of(Call.LOGIN_PAGE)).handler(login::show);
        router.post("/login").handler(gate.of(Call.SIGN_IN)).handler(login::signIn);
        router.get("/error").handler(errorPage::handle);
        router.route("/oauth2/token")
                .handler(gate.of(
                        ctx -> TokenEndpoint.call(new Parameters(ctx.request().formAttributes()))))
                .handler(tokenEndpoint(authentication)::handle);
        router.get("/oauth2/userInfo")
                .handler(gate.of(Call.USER_INFO))
                .handler(new UserInfoEndpoint(sim.state(), sim.keys(), sim.issuer(), sim.clock())::handle);
        router.route("/oauth2/revoke")
                .handler(gate.of(Call.REVOKE))
                .handler(new RevokeEndpoint(sim.state(), authentication)::handle);
        router.get("/logout")
                .handler(gate.of(Call.LOGOUT))
                .handler(new LogoutEndpoint(sim.state(), sessions, errorPage, sim.addresses())::handle);
        if (sim.options().adminEndpoint()) {
            new AdminEndpoint(sim).mount(router);
        }
        return router;
    }

    /** RFC 9110 §6.6.1 */
    private void date(RoutingContext ctx) {
        ctx.response()
                .putHeader(
                        "Date",
                        DateTimeFormatter.RFC_1123_DATE_TIME.format(
                                sim.clock().now().atOffset(ZoneOffset.UTC)));
        ctx.next();
    }

    private TokenEndpoint tokenEndpoint(ClientAuthentication authentication) {
        TokenAnswer tokens = new TokenAnswer(sim.minter(), sim.faults());
        return new TokenEndpoint(
                authentication,
                new CodeGrant(sim.state(), sim.clock(), sim.minter(), tokens),
                new RefreshGrant(sim.state(), sim.clock(), sim.minter(), tokens),
                new ClientCredentialsGrant(sim.state(), sim.minter()));
    }

    private static Handler<RoutingContext> xsrfCookie(BrowserSessions sessions) {
        return ctx -> {
            sessions.xsrfToken(ctx);
            ctx.next();
        };
    }
}
