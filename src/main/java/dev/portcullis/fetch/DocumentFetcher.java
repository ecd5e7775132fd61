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
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
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
    private final Slots hosts;
    private final Slots addresses;

    /** @param address empty where the proxy chooses it */
    private record Route(RequestOptions options, Optional<String> address) {}

    public DocumentFetcher(Vertx vertx, ClientDocuments config, InstantSource clock) {
        this(vertx, config, options(config), Destinations.system(vertx, config), clock);
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
        this.hosts = new Slots(config.maxConcurrent(), config.maxPerHost());
        this.addresses = new Slots(config.maxConcurrent(), config.maxPerAddress());
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
        Exchange exchange = new Exchange(maxBytes, freshness, clock);
        Future<Fetched> work = routes(url).compose(routes -> {
            if (!hosts.take(url.host())) {
                return tooMany();
            }
            // Held until the work has really ended, also where nobody waits for it any more.
            return connect(exchange, routes).onComplete(done -> hosts.release(url.host()));
        });
        return work.timeout(config.timeout().toMillis(), TimeUnit.MILLISECONDS).recover(failure -> {
            exchange.abort();
            return Future.failedFuture(
                    failure instanceof FetchProblem ? failure : FetchProblem.passing("does not answer in time"));
        });
    }

    /** The ways to the host, in the order they are tried. */
    private Future<List<Route>> routes(DocumentUrl url) {
        if (config.proxy().isPresent() && !url.loopback()) {
            ProxyOptions proxy = new ProxyOptions()
                    .setType(ProxyType.HTTP)
                    .setHost(config.proxy().get().host())
                    .setPort(config.proxy().get().port());
            return Future.succeededFuture(List.of(new Route(options(url).setProxyOptions(proxy), Optional.empty())));
        }
        return destinations
                .of(url)
                .map(servers -> servers.stream()
                        .map(server -> new Route(
                                options(url).setServer(SocketAddress.inetSocketAddress(server)),
                                Optional.of(network(server.getAddress()))))
                        .toList());
    }

    private Future<Fetched> connect(Exchange exchange, List<Route> routes) {
        if (exchange.isOver()) {
            return Future.failedFuture(FetchProblem.passing("does not answer in time"));
        }
        Route route = routes.get(0);
        // Any number of names can stand for one address, which did not ask for it.
        if (!route.address().map(addresses::take).orElse(true)) {
            return routes.size() > 1 ? connect(exchange, routes.subList(1, routes.size())) : tooMany();
        }
        return client.request(route.options()).transform(connected -> {
            if (connected.succeeded()) {
                return exchange.run(connected.result())
                        .onComplete(done -> route.address().ifPresent(addresses::release));
            }
            route.address().ifPresent(addresses::release);
            return routes.size() > 1
                    ? connect(exchange, routes.subList(1, routes.size()))
                    : Future.failedFuture(FetchProblem.passing("is on a host that cannot be connected to"));
        });
    }

    private static Future<Fetched> tooMany() {
        return Future.failedFuture(FetchProblem.passing("cannot be fetched now, too many others are under way"));
    }

    /** An IPv4 address, or the /64 of an IPv6 one, which is the least that a site has. */
    private static String network(InetAddress address) {
        byte[] bytes = address.getAddress();
        return HexFormat.of().formatHex(bytes, 0, Math.min(8, bytes.length));
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
