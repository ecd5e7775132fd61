package dev.portcullis;

import dev.portcullis.audit.AuditLog;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.Authenticator;
import dev.portcullis.crypto.KeyRing;
import dev.portcullis.crypto.RandomTokens;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.crypto.TokenEncryption;
import dev.portcullis.fetch.DocumentFetcher;
import dev.portcullis.http.AccessLog;
import dev.portcullis.http.ClientAddress;
import dev.portcullis.http.RequestId;
import dev.portcullis.http.RequestMetrics;
import dev.portcullis.http.SlowClients;
import dev.portcullis.http.Visit;
import dev.portcullis.http.Visits;
import dev.portcullis.idp.IdentityProvider;
import dev.portcullis.idp.MeasuredIdentityProvider;
import dev.portcullis.idp.cognito.CognitoIdentityProvider;
import dev.portcullis.mcp.Admissions;
import dev.portcullis.mcp.McpEndpoint;
import dev.portcullis.mcp.McpEndpoints;
import dev.portcullis.mcp.OpenStreams;
import dev.portcullis.mcp.StreamOpenings;
import dev.portcullis.mcp.upstream.UpstreamMetrics;
import dev.portcullis.oauth.authorize.AuthorizationEndpoint;
import dev.portcullis.oauth.client.ClientAssertionVerifier;
import dev.portcullis.oauth.client.ClientAuthenticator;
import dev.portcullis.oauth.client.ClientIdCodec;
import dev.portcullis.oauth.client.ClientMetadataDocuments;
import dev.portcullis.oauth.client.Clients;
import dev.portcullis.oauth.client.RegistrationHandler;
import dev.portcullis.oauth.connections.ConnectionsEndpoint;
import dev.portcullis.oauth.grant.AuthorizationCodes;
import dev.portcullis.oauth.grant.Grants;
import dev.portcullis.oauth.grant.Revoker;
import dev.portcullis.oauth.grant.SignOuts;
import dev.portcullis.oauth.grant.UserGrants;
import dev.portcullis.oauth.limit.AddressLimit;
import dev.portcullis.oauth.limit.IdpBudget;
import dev.portcullis.oauth.login.Login;
import dev.portcullis.oauth.login.Logins;
import dev.portcullis.oauth.metadata.MetadataDocuments;
import dev.portcullis.oauth.token.RevocationEndpoint;
import dev.portcullis.oauth.token.TokenEndpoint;
import dev.portcullis.ops.Draining;
import dev.portcullis.ops.Readiness;
import dev.portcullis.ops.Reloads;
import dev.portcullis.ops.Vitals;
import dev.portcullis.pages.Pages;
import dev.portcullis.redis.RateCell;
import dev.portcullis.redis.RedisLink;
import dev.portcullis.redis.RedisMetrics;
import dev.portcullis.redis.SealedJson;
import dev.portcullis.token.AccessTokenIssuer;
import dev.portcullis.token.AccessTokenVerifier;
import dev.portcullis.token.DeniedClients;
import dev.portcullis.token.Revocations;
import dev.portcullis.token.RevokedGrants;
import dev.portcullis.token.UserAssertions;
import dev.portcullis.token.VerifiedTokens;
import dev.portcullis.trace.Tracer;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition root of the gateway: builds the parts from the configuration, mounts the routes, and does nothing else. One instance an
 * event loop; instances share what {@link Shared} holds and nothing more.
 */
final class GatewayVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayVerticle.class);

    private final GatewayConfig config;
    private final Shared shared;
    private Optional<Routes> routes = Optional.empty();
    private Optional<RedisLink> redis = Optional.empty();
    private Optional<HttpServer> server = Optional.empty();
    private Optional<OpenStreams> streams = Optional.empty();

    /** Immutable, or bounded and thread-safe. */
    record Shared(
            KeyRing keys,
            VerifiedTokens verifiedTokens,
            Admissions admissions,
            StreamOpenings openings,
            Revocations revocations,
            DeniedClients denied,
            Pages pages,
            Readiness readiness,
            Draining draining,
            Reloads reloads,
            Vitals vitals,
            RequestMetrics requests,
            UpstreamMetrics upstreams,
            RedisMetrics redis,
            MeterRegistry metrics,
            Tracer tracer,
            AuditLog audit,
            SecureRandom random,
            InstantSource clock,
            int instances) {}

    GatewayVerticle(GatewayConfig config, Shared shared) {
        this.config = config;
        this.shared = shared;
    }

    @Override
    public Future<?> start() {
        RandomTokens random = new RandomTokens(shared.random());
        RedisLink link = new RedisLink(vertx, config.redis(), shared.redis(), shared.tracer());
        CognitoIdentityProvider cognito = new CognitoIdentityProvider(vertx, config, shared.tracer(), shared.clock());
        IdentityProvider idp = new MeasuredIdentityProvider(cognito, shared.metrics());
        SlowClients slowClients = new SlowClients(vertx, config.http());
        Visits visits = visits(random, slowClients);
        Function<GatewayConfig, Routes.Endpoints> endpoints = endpoints(link, idp, random);
        Function<GatewayConfig, Routes> routing =
                current -> new Routes(vertx, current, visits, endpoints.apply(current));
        redis = Optional.of(link);
        shared.readiness().watch(link::isUp, cognito::hasKeys);
        shared.draining().add(this::drain);
        shared.vitals().watchKeys(cognito::keysAge);
        routes = Optional.of(routing.apply(config));
        shared.reloads().add(next -> context.runOnContext(now -> adopt(routing, next)));
        // Neither Redis nor Cognito has to be there at the start: what needs them says so until they are.
        return Future.join(link.start(), cognito.start().otherwiseEmpty())
                .compose(ready -> listen(visits, slowClients));
    }

    private Visits visits(RandomTokens random, SlowClients slowClients) {
        ClientAddress addresses = new ClientAddress(config.http());
        List<Visits.Watcher> watchers = new ArrayList<>();
        watchers.add(shared.requests());
        watchers.add(this::part);
        watchers.add(slowClients);
        if (config.logging().access()) {
            watchers.add(new AccessLog(addresses));
        }
        return new Visits(new RequestId(random, addresses), shared.tracer(), watchers);
    }

    /** A connection that is not used again can be closed without anybody losing a request. */
    private void part(Visit visit) {
        if (shared.draining().isUnderWay()) {
            visit.request().response().putHeader("Connection", "close");
        }
    }

    /** Everything that lasts is made once; what depends on the upstreams, again for each configuration. */
    private Function<GatewayConfig, Routes.Endpoints> endpoints(
            RedisLink link, IdentityProvider idp, RandomTokens random) {
        Sealer sealer = new Sealer(shared.keys(), shared.random());
        SealedJson sealed = new SealedJson(sealer);
        Authenticator macs = new Authenticator(shared.keys());
        TokenEncryption encryption = new TokenEncryption(shared.keys());
        ClientIdCodec dynamic = new ClientIdCodec(macs);
        DocumentFetcher fetcher = new DocumentFetcher(vertx, config.clientDocuments(), shared.clock());
        Optional<ClientMetadataDocuments> documents = config.clientDocuments().enabled()
                ? Optional.of(new ClientMetadataDocuments(config, fetcher, link, sealed, shared.clock()))
                : Optional.empty();
        Clients clients = new Clients(config, shared.denied(), dynamic, documents);
        ClientAssertionVerifier assertions =
                new ClientAssertionVerifier(config, documents, fetcher, link, shared.clock());
        RevokedGrants revoked = new RevokedGrants(config, link, shared.revocations());
        Grants grants = new Grants(config, link, sealed, revoked, random, shared.clock());
        SignOuts signOuts =
                new SignOuts(vertx, config, link, sealed, idp, shared.metrics(), shared.audit(), shared.clock());
        signOuts.start();
        Revoker revoker = new Revoker(grants, signOuts);
        UserGrants userGrants = new UserGrants(config, link, grants, revoker);
        AuthorizationCodes codes = new AuthorizationCodes(config, link, sealed, userGrants, random);
        RateCell rates = new RateCell(link);
        IdpBudget budget = new IdpBudget(vertx, config.rateLimits(), rates, shared.metrics());
        Logins logins = new Logins(config, link, sealed, idp, budget, revoker, random);
        ClientAuthenticator authenticator = new ClientAuthenticator(clients, assertions);
        AccessTokenIssuer issuer = new AccessTokenIssuer(config, shared.keys(), encryption, random, shared.clock());
        UserAssertions userAssertions = new UserAssertions(config, shared.keys(), random, shared.clock());
        AccessTokenVerifier verifier = new AccessTokenVerifier(
                vertx,
                config,
                shared.keys(),
                encryption,
                shared.verifiedTokens(),
                shared.revocations(),
                shared.denied(),
                idp,
                shared.clock());
        KeyRing keys = shared.keys();
        DeniedClients denied = shared.denied();
        OpenStreams open = new OpenStreams(
                vertx,
                shared.revocations(),
                basis -> keys.trusts(basis.keyIds()) && !denied.isDenied(basis.clientId()));
        streams = Optional.of(open);
        open.reviewOn(keys::onChange);
        open.reviewOn(denied::onChange);
        McpEndpoints mcp = new McpEndpoints(upstream -> new McpEndpoint(
                vertx,
                config,
                upstream,
                verifier,
                shared.admissions(),
                open,
                shared.openings(),
                shared.upstreams(),
                shared.tracer(),
                shared.audit(),
                sealer,
                userAssertions,
                shared.clock(),
                shared.instances()));
        AddressLimit limit = new AddressLimit(
                rates,
                new ClientAddress(config.http()),
                shared.metrics(),
                config.redis().timeout().dividedBy(3));
        RegistrationHandler registration =
                new RegistrationHandler(config, dynamic, random, shared.audit(), shared.clock());
        TokenEndpoint token = new TokenEndpoint(
                vertx,
                config,
                authenticator,
                macs,
                issuer,
                codes,
                grants,
                revoker,
                idp,
                budget,
                shared.audit(),
                shared.clock());
        RevocationEndpoint revocation =
                new RevocationEndpoint(config, authenticator, macs, verifier, grants, revoker, shared.audit());
        return current -> {
            ConnectionsEndpoint connections = new ConnectionsEndpoint(
                    current,
                    logins,
                    sealer,
                    userGrants,
                    revoker,
                    shared.pages(),
                    shared.audit(),
                    random,
                    shared.clock());
            return new Routes.Endpoints(
                    limit,
                    registration,
                    new AuthorizationEndpoint(
                            current,
                            clients,
                            sealer,
                            logins,
                            Map.of(Login.Purpose.CONNECTIONS, connections::returned),
                            codes,
                            shared.pages(),
                            shared.audit(),
                            random,
                            shared.clock()),
                    token,
                    revocation,
                    connections,
                    new MetadataDocuments(current, shared.keys()),
                    shared.pages(),
                    mcp.of(current));
        };
    }

    /** Requests under way go on as they began. */
    private void adopt(Function<GatewayConfig, Routes> routing, GatewayConfig next) {
        try {
            routes = Optional.of(routing.apply(next));
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("the changed upstreams cannot be used, going on with those from before");
        }
    }

    private Future<HttpServer> listen(Visits visits, SlowClients slowClients) {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(config.listen().host())
                .setPort(config.listen().port())
                .setMaxHeaderSize(config.http().maxHeaderBytes())
                // An authorization request carries the whole registration in its client_id.
                .setMaxInitialLineLength(16 * 1024)
                // A client could switch protocols under a proxy in front of us; RFC 9113 §3.1 has given that up.
                .setHttp2ClearTextEnabled(false)
                // There are no web sockets here; their extensions would look at every message.
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setTcpNoDelay(true);
        return vertx.createHttpServer(options)
                .connectionHandler(slowClients::accept)
                .requestHandler(request -> routes.orElseThrow().handle(request))
                .invalidRequestHandler(new InvalidRequests(visits, shared.pages()))
                .listen()
                .onSuccess(listening -> server = Optional.of(listening));
    }

    /** Called from another thread. */
    private Future<Void> drain(Duration within, Duration patience) {
        Promise<Void> ended = Promise.promise();
        context.runOnContext(now -> {
            streams.ifPresent(open -> open.endAll(within));
            server.map(listening -> listening.shutdown(patience.toMillis(), TimeUnit.MILLISECONDS))
                    .orElse(Future.succeededFuture())
                    .onComplete(ended);
        });
        return ended.future();
    }

    @Override
    public Future<?> stop() {
        streams.ifPresent(OpenStreams::close);
        return Future.join(
                server.map(HttpServer::close).orElse(Future.succeededFuture()),
                redis.map(RedisLink::close).orElse(Future.succeededFuture()));
    }
}
