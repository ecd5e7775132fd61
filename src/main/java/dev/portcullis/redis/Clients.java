package dev.portcullis.redis;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.config.RedisAddress;
import dev.portcullis.config.RedisAddress.Server;
import dev.portcullis.config.RedisTls;
import dev.portcullis.config.Secret;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Makes clients of the library, each for one connection to one server: closing its client is the only thing that cuts a socket and fails what
 * waits behind. Which server to ask in a group of them is decided here and not by the library, whose clients for groups need every server.
 */
final class Clients {
    private final Vertx vertx;
    private final GatewayConfig.Redis config;

    Clients(Vertx vertx, GatewayConfig.Redis config) {
        this.vertx = vertx;
        this.config = config;
    }

    /** One that answers commands about keys. */
    Redis to(Server server) {
        RedisAddress address = config.address();
        String database = address.database() == 0 ? "" : "/" + address.database();
        return client(server, database, address.user(), address.password());
    }

    /** A single question to a server, over a connection of its own. */
    Future<Response> ask(Server server, Request question) {
        return ask(to(server), connection -> connection.send(question));
    }

    Redis toSentinel(Server sentinel) {
        return client(sentinel, "", config.sentinelUser(), config.sentinelPassword());
    }

    /** Several questions that it answers one right after the other. */
    Future<List<Response>> askSentinel(Server sentinel, List<Request> questions) {
        return ask(toSentinel(sentinel), connection -> connection.batch(questions));
    }

    private <T> Future<T> ask(Redis client, Function<RedisConnection, Future<T>> question) {
        return client.connect()
                .compose(question)
                .timeout(config.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .onComplete(done -> client.close());
    }

    private Redis client(Server server, String database, Optional<String> user, Optional<Secret> password) {
        boolean tls = config.address().tls();
        RedisOptions options = new RedisOptions()
                .setConnectionString((tls ? "rediss://" : "redis://") + server + database)
                .setMaxPoolSize(1)
                .setMaxPoolWaiting(1)
                .setMaxWaitingHandlers(config.maxPending());
        user.ifPresent(options::setUser);
        password.ifPresent(secret -> options.setPassword(secret.reveal()));
        NetClientOptions net = options.getNetClientOptions()
                .setConnectTimeout((int) config.timeout().toMillis())
                .setTcpKeepAlive(true)
                .setTcpUserTimeout((int) config.timeout().toMillis() * 2);
        if (tls) {
            secure(net, config.tls());
        }
        return Redis.createClient(vertx, options);
    }

    private static void secure(NetClientOptions net, RedisTls tls) {
        net.setSsl(true).setHostnameVerificationAlgorithm(tls.verifyHost() ? "HTTPS" : "");
        tls.ca().ifPresent(file -> net.setTrustOptions(new PemTrustOptions().addCertPath(file.toString())));
        tls.certificate()
                .ifPresent(file -> net.setKeyCertOptions(new PemKeyCertOptions()
                        .setCertPath(file.toString())
                        .setKeyPath(tls.key().orElseThrow().toString())));
    }
}
