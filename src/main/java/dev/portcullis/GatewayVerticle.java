package dev.portcullis;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.KeyRing;
import dev.portcullis.crypto.RandomTokens;
import dev.portcullis.http.AccessLog;
import dev.portcullis.http.ClientAddress;
import dev.portcullis.http.RequestId;
import dev.portcullis.http.SlowClients;
import dev.portcullis.http.Visit;
import dev.portcullis.http.Visits;
import dev.portcullis.idp.IdentityProvider;
import dev.portcullis.idp.MeasuredIdentityProvider;
import dev.portcullis.idp.cognito.CognitoIdentityProvider;
import dev.portcullis.mcp.OpenStreams;
import dev.portcullis.redis.RedisLink;
import dev.portcullis.token.DeniedClients;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The gateway: connects to Redis and Cognito, has its parts built ({@link Composition}), mounts the routes and listens; and the way back. One
 * instance an event loop; instances share what {@link Shared} holds and nothing more.
 */
final class GatewayVerticle extends VerticleBase {
    private final GatewayConfig config;
    private final Shared shared;
    private Optional<Routes> routes = Optional.empty();
    private Optional<RedisLink> redis = Optional.empty();
    private Optional<HttpServer> server = Optional.empty();
    private Optional<OpenStreams> streams = Optional.empty();

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
        OpenStreams open = openStreams();
        Function<GatewayConfig, Routes.Endpoints> endpoints =
                new Composition(vertx, config, shared, link, idp, open, random).endpoints();
        Function<GatewayConfig, Routes> routing =
                current -> new Routes(vertx, current, visits, endpoints.apply(current));
        redis = Optional.of(link);
        streams = Optional.of(open);
        shared.readiness().watch(link::isUp, cognito::hasKeys);
        shared.draining().add(this::drain);
        shared.vitals().watchKeys(cognito::keysAge);
        routes = Optional.of(routing.apply(config));
        shared.reloads().add(next -> adopt(routing, next));
        // Neither Redis nor Cognito has to be there at the start: what needs them says so until they are.
        return Future.join(link.start(), cognito.start().otherwiseEmpty())
                .compose(ready -> listen(visits, slowClients));
    }

    private OpenStreams openStreams() {
        KeyRing keys = shared.keys();
        DeniedClients denied = shared.denied();
        OpenStreams open = new OpenStreams(
                vertx,
                shared.revocations(),
                basis -> keys.trusts(basis.keyIds()) && !denied.isDenied(basis.clientId()));
        open.reviewOn(keys::onChange);
        open.reviewOn(denied::onChange);
        return open;
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

    /** Called from another thread. Requests under way go on as they began. */
    private Future<Void> adopt(Function<GatewayConfig, Routes> routing, GatewayConfig next) {
        Promise<Void> adopted = Promise.promise();
        context.runOnContext(now -> {
            try {
                routes = Optional.of(routing.apply(next));
                adopted.complete();
            } catch (RuntimeException e) {
                adopted.fail(e);
            }
        });
        return adopted.future();
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
