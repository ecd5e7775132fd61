package dev.portcullis.mcp;

import dev.portcullis.config.GatewayConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;

/**
 * One MCP server and the connections to it that belong to this event loop. Streams have a pool of their own: each pins a connection for
 * hours, and must not starve short calls.
 */
final class Upstream {
    private final GatewayConfig.Upstream config;
    private final HttpClient calls;
    private final HttpClient streams;
    private final UpstreamMetrics.Of metrics;

    /** @param share of the configured connections that this event loop may open, as one of so many */
    Upstream(Vertx vertx, GatewayConfig.Upstream config, UpstreamMetrics metrics, int share) {
        this.config = config;
        this.metrics = metrics.of(config.name());
        this.calls = client(vertx, config, share);
        this.streams = client(vertx, config, share);
    }

    /** A connection of the pool that suits the request; fails if none is free and too many wait. */
    Future<HttpClientRequest> connect(HttpMethod method) {
        HttpClient client = method.equals(HttpMethod.GET) ? streams : calls;
        metrics.waits();
        long asked = System.nanoTime();
        return client.request(new RequestOptions()
                        .setMethod(method)
                        .setAbsoluteURI(config.url().toString())
                        .setConnectTimeout(config.connectTimeout().toMillis())
                        .setFollowRedirects(false))
                .onComplete(done -> metrics.waited(System.nanoTime() - asked));
    }

    /** Until the head of the answer. */
    Duration responseTimeout() {
        return config.responseTimeout();
    }

    UpstreamMetrics.Of metrics() {
        return metrics;
    }

    String name() {
        return config.name();
    }

    private static HttpClient client(Vertx vertx, GatewayConfig.Upstream config, int share) {
        return vertx.createHttpClient(
                new HttpClientOptions()
                        .setKeepAlive(true)
                        .setKeepAliveTimeout(30)
                        .setConnectTimeout((int) config.connectTimeout().toMillis())
                        // Bytes pass as they are; what the client accepts is between it and the upstream.
                        .setDecompressionSupported(false)
                        .setMaxHeaderSize(64 * 1024)
                        .setTcpNoDelay(true),
                new PoolOptions()
                        .setHttp1MaxSize(Math.max(1, config.maxConnections() / share))
                        .setMaxWaitQueueSize(Math.max(1, config.maxWaiting() / share)));
    }
}
