package dev.portcullis.ops;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.http.SlowClients;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/** {@code /health/live}, {@code /health/ready} and {@code /metrics}, on a port of their own that no client reaches. */
public final class ManagementServer {
    private final Vertx vertx;
    private final GatewayConfig.Listen listen;
    private final SlowClients slowClients;
    private final Readiness readiness;
    private final PrometheusMeterRegistry metrics;

    public ManagementServer(
            Vertx vertx,
            GatewayConfig.Listen listen,
            SlowClients slowClients,
            Readiness readiness,
            PrometheusMeterRegistry metrics) {
        this.vertx = vertx;
        this.listen = listen;
        this.slowClients = slowClients;
        this.readiness = readiness;
        this.metrics = metrics;
    }

    public Future<HttpServer> start() {
        return vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
                .connectionHandler(slowClients::accept)
                .requestHandler(this::handle)
                .listen(listen.port(), listen.host());
    }

    private void handle(HttpServerRequest request) {
        slowClients.begun(request);
        HttpServerResponse response = request.response();
        switch (request.path()) {
            case "/health/live":
                response.putHeader("Content-Type", "application/json").end("{\"status\":\"live\"}");
                break;
            case "/health/ready":
                response.setStatusCode(readiness.isReady() ? 200 : 503)
                        .putHeader("Content-Type", "application/json")
                        .end(readiness.toJson().encode());
                break;
            case "/metrics":
                response.putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                        .end(metrics.scrape());
                break;
            default:
                response.setStatusCode(404).end();
        }
    }
}
