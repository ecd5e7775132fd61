package dev.portcullis.fetch;

import dev.portcullis.config.ClientDocuments;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Fetches a document from an address that a stranger named. The host is looked up once and the connection goes to an address that was checked,
 * under the host's own name for TLS; redirects are not followed, compression is not asked for; size, time and number are bounded. With an
 * egress proxy the look-up and the check are the proxy's. Event-loop confined.
 */
public final class DocumentFetcher {
    private final ClientDocuments config;
    private final HttpClient client;
    private final Destinations destinations;
    private final Freshness freshness;
    private final InstantSource clock;
    private final Slots slots;

    public DocumentFetcher(Vertx vertx, ClientDocuments config, InstantSource clock) {
        this(vertx, config, options(config), Destinations.system(vertx, config.denyNetworks()), clock);
    }

    /** For another trust store or another way to look hosts up. */
    DocumentFetcher(
            Vertx vertx,
            ClientDocuments config,
            HttpClientOptions options,
            Destinations destinations,
            InstantSource clock) {
        this.config = config;
        this.client = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(config.maxConcurrent()));
        this.destinations = destinations;
        this.freshness = new Freshness(config.cache());
        this.clock = clock;
        this.slots = new Slots(config.maxConcurrent(), config.maxPerHost());
    }

    static HttpClientOptions options(ClientDocuments config) {
        return new HttpClientOptions()
                .setVerifyHost(true)
                .setKeepAlive(false)
                .setDecompressionSupported(false)
                .setConnectTimeout((int) config.connectTimeout().toMillis());
    }

    /** @param maxBytes of the body; fails with {@link FetchProblem} */
    public Future<Fetched> fetch(DocumentUrl url, int maxBytes) {
        if (!slots.take(url.host())) {
            return Future.failedFuture(FetchProblem.passing("cannot be fetched now, too many others are under way"));
        }
        Exchange exchange = new Exchange(maxBytes, freshness, clock);
        // The slot is held until the work has really ended, also where nobody waits for it any more.
        Future<Fetched> work =
                routes(url).compose(routes -> connect(exchange, routes)).onComplete(done -> slots.release(url.host()));
        return work.timeout(config.timeout().toMillis(), TimeUnit.MILLISECONDS).recover(failure -> {
            exchange.abort();
            return Future.failedFuture(
                    failure instanceof FetchProblem ? failure : FetchProblem.passing("does not answer in time"));
        });
    }

    /** The ways to the host, in the order they are tried. */
    private Future<List<RequestOptions>> routes(DocumentUrl url) {
        if (config.proxy().isPresent() && !url.loopback()) {
            ProxyOptions proxy = new ProxyOptions()
                    .setType(ProxyType.HTTP)
                    .setHost(config.proxy().get().host())
                    .setPort(config.proxy().get().port());
            return Future.succeededFuture(List.of(options(url).setProxyOptions(proxy)));
        }
        return destinations
                .of(url)
                .map(servers -> servers.stream()
                        .map(server -> options(url).setServer(server))
                        .toList());
    }

    private Future<Fetched> connect(Exchange exchange, List<RequestOptions> routes) {
        if (exchange.isOver()) {
            return Future.failedFuture(FetchProblem.passing("does not answer in time"));
        }
        return client.request(routes.get(0)).transform(connected -> {
            if (connected.succeeded()) {
                return exchange.run(connected.result());
            }
            return routes.size() > 1
                    ? connect(exchange, routes.subList(1, routes.size()))
                    : Future.failedFuture(FetchProblem.passing("is on a host that cannot be connected to"));
        });
    }

    private static RequestOptions options(DocumentUrl url) {
        RequestOptions options = new RequestOptions()
                .setSsl(url.isHttps())
                // For TLS and the Host header; the connection goes to the server that is set beside it.
                .setHost(url.host())
                .setPort(url.port())
                .setURI(url.target());
        if (url.loopback()) {
            // Nobody has a certificate for localhost that others would trust; and nobody is in between.
            options.setSslOptions(new ClientSSLOptions().setTrustAll(true).setHostnameVerificationAlgorithm(""));
        }
        return options;
    }
}
