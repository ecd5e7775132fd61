package dev.portcullis.mcp.upstream;

import dev.portcullis.config.UpstreamTransport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.util.Optional;

/** One endpoint of an upstream, reached just as the gateway reaches it, for single questions outside of all pools and quotas. */
public final class DirectEndpoint {
    private final HttpClient client;
    private final Endpoint endpoint;

    public DirectEndpoint(Vertx vertx, URI url, UpstreamTransport transport) {
        this.client = Clients.client(vertx, transport, 1, new Freshness(transport.keepAlive()));
        this.endpoint = new Endpoint(url, Optional.empty(), transport);
    }

    /** Fails where no connection comes about. */
    public Future<HttpClientRequest> request(HttpMethod method) {
        return client.request(endpoint.request(method))
                .onSuccess(request -> endpoint.authority().ifPresent(request::authority));
    }
}
