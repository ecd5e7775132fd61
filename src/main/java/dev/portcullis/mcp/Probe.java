package dev.portcullis.mcp;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.http.ClientAddress;
import dev.portcullis.http.Visit;
import dev.portcullis.token.ProbeTokens;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;

/**
 * A short event stream of the gateway's own at an MCP endpoint, for whoever holds the gateway's keys: shows what the proxies on the way do to a
 * stream there, where they may well do something else than on other paths. It never reaches the upstream. The first event says how the
 * request looked here. Event-loop confined.
 */
final class Probe {
    private static final int EVENTS = 5;
    private static final long PAUSE_MS = 200;
    private static final int MAX_OPEN = 4;

    private final Vertx vertx;
    private final String resource;
    private final String forwardedHeader;
    private final ClientAddress addresses;
    private final ProbeTokens tokens;
    private final InstantSource clock;
    private int open;

    Probe(
            Vertx vertx,
            GatewayConfig.Http http,
            GatewayConfig.Upstream upstream,
            ProbeTokens tokens,
            InstantSource clock) {
        this.vertx = vertx;
        this.resource = upstream.resource();
        this.forwardedHeader = http.forwardedHeader();
        this.addresses = new ClientAddress(http);
        this.tokens = tokens;
        this.clock = clock;
    }

    /** Answers the request if it is one of these. */
    boolean answers(Visit visit, String authorization) {
        String scheme = ProbeTokens.SCHEME + ' ';
        if (!authorization.startsWith(scheme)
                || open >= MAX_OPEN
                || !tokens.isGood(authorization.substring(scheme.length()), resource)) {
            return false;
        }
        stream(visit);
        return true;
    }

    private void stream(Visit visit) {
        HttpServerRequest request = visit.request();
        HttpServerResponse response = request.response();
        response.putHeader("Content-Type", "text/event-stream")
                .putHeader("Cache-Control", "no-store")
                .putHeader("X-Accel-Buffering", "no")
                .setChunked(true);
        request.resume();
        event(response, view(request));
        open++;
        int[] sent = {1};
        long timer = vertx.setPeriodic(PAUSE_MS, tick -> {
            sent[0]++;
            event(response, new JsonObject().put("event", sent[0]));
            if (sent[0] == EVENTS) {
                vertx.cancelTimer(tick);
                response.end();
            }
        });
        response.exceptionHandler(broken -> {});
        visit.onEnd(() -> {
            vertx.cancelTimer(timer);
            open--;
        });
    }

    private JsonObject view(HttpServerRequest request) {
        return new JsonObject()
                .put("time", clock.instant().toEpochMilli())
                .put("client", addresses.of(request))
                .put("peer", request.remoteAddress().hostAddress())
                .put("trusted", addresses.isFromTrustedProxy(request))
                .put("forwarded", request.headers().contains(forwardedHeader));
    }

    private static void event(HttpServerResponse response, JsonObject data) {
        if (!response.closed()) {
            response.write("data: " + data.encode() + "\n\n");
        }
    }
}
