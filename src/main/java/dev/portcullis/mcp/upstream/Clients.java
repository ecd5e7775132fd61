package dev.portcullis.mcp.upstream;

import dev.portcullis.config.UpstreamTls;
import dev.portcullis.config.UpstreamTransport;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientBuilder;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;

/** Makes the HTTP clients for an upstream. */
final class Clients {
    // What most servers allow on one HTTP/2 connection.
    private static final int HTTP2_STREAMS = 100;
    // With the default of 64 KiB, one client that does not read would stop all others on its connection.
    private static final int HTTP2_WINDOW = 64 * 1024 * 1024;

    private Clients() {}

    /** @param share of the configured connections that this event loop may open, as one of so many */
    static HttpClient client(Vertx vertx, UpstreamTransport transport, int share, Freshness freshness) {
        HttpClientOptions options = new HttpClientOptions()
                .setKeepAlive(true)
                // A stream may be silent for hours; this finds out that its server is not there any more.
                .setTcpKeepAlive(true)
                .setKeepAliveTimeout((int) transport.keepAlive().toSeconds() + 1)
                .setConnectTimeout((int) transport.connectTimeout().toMillis())
                .setSslHandshakeTimeout(transport.connectTimeout().toSeconds() + 1)
                // Bytes pass as they are; what the client accepts is between it and the upstream.
                .setDecompressionSupported(false)
                .setMaxHeaderSize(64 * 1024)
                .setTcpNoDelay(true);
        int atOnce = connections(transport, share);
        PoolOptions pool = new PoolOptions()
                .setHttp1MaxSize(atOnce)
                .setMaxWaitQueueSize(Math.max(1, transport.maxWaiting() / share));
        if (transport.http2()) {
            int streams = Math.min(atOnce, HTTP2_STREAMS);
            options.setProtocolVersion(HttpVersion.HTTP_2)
                    .setUseAlpn(true)
                    .setHttp2ClearTextUpgrade(false)
                    .setHttp2MultiplexingLimit(streams)
                    .setHttp2ConnectionWindowSize(HTTP2_WINDOW)
                    .setHttp2KeepAliveTimeout(30);
            pool.setHttp2MaxSize((atOnce + streams - 1) / streams);
        }
        transport.tls().ifPresent(tls -> secure(options, tls));
        HttpClientBuilder client = vertx.httpClientBuilder().with(options).with(pool);
        if (!transport.http2()) {
            client.withConnectHandler(freshness::opened);
        }
        return client.build();
    }

    /** Exchanges that one client can have under way at one endpoint. */
    static int atOnce(UpstreamTransport transport, int share) {
        int atOnce = connections(transport, share);
        int streams = Math.min(atOnce, HTTP2_STREAMS);
        return transport.http2() ? (atOnce + streams - 1) / streams * streams : atOnce;
    }

    private static int connections(UpstreamTransport transport, int share) {
        return Math.max(1, transport.maxConnections() / share);
    }

    private static void secure(HttpClientOptions options, UpstreamTls tls) {
        tls.ca().ifPresent(pem -> options.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(pem))));
        tls.identity()
                .ifPresent(identity -> options.setKeyCertOptions(new PemKeyCertOptions()
                        .addCertValue(Buffer.buffer(identity.certificate()))
                        .addKeyValue(Buffer.buffer(identity.key().reveal()))));
    }
}
