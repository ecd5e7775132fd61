package dev.portcullis.mcp.upstream;

import dev.portcullis.config.UpstreamTls;
import dev.portcullis.config.UpstreamTransport;
import dev.portcullis.crypto.Digests;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;
import java.net.URI;
import java.util.Optional;

/** One address at which an upstream answers. */
public final class Endpoint {
    private static final int KEY_LENGTH = 12;

    private final String key;
    private final String name;
    private final Health health;
    private final RequestOptions post;
    private final Optional<HostAndPort> authority;
    private int open;

    /** @param address that its host name stands for; without one, each connection looks that up */
    Endpoint(URI url, Optional<String> address, UpstreamTransport transport) {
        this.key = key(url, address);
        this.name = url + address.map(at -> " at " + at).orElse("");
        this.health = new Health(transport.health(), System::nanoTime);
        Optional<String> serverName = transport.tls().flatMap(UpstreamTls::serverName);
        this.authority = serverName.map(other -> HostAndPort.create(url.getHost(), port(url)));
        this.post = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(serverName.orElse(url.getHost()))
                .setPort(port(url))
                .setSsl("https".equals(url.getScheme()))
                .setURI(target(url))
                // Of all there is to wait for, the pool included; the connection itself has its own limit.
                .setConnectTimeout(
                        transport.connectTimeout().plus(transport.maxWait()).toMillis())
                .setFollowRedirects(false);
        if (address.isPresent() || serverName.isPresent()) {
            post.setServer(SocketAddress.inetSocketAddress(port(url), address.orElse(url.getHost())));
        }
    }

    static String key(URI url, Optional<String> address) {
        return Digests.sha256(url + " " + address.orElse("")).substring(0, KEY_LENGTH);
    }

    /** Tells it from others, the same on every replica of the gateway: 12 characters of {@code [A-Za-z0-9_-]}. */
    public String key() {
        return key;
    }

    /** For a request to it; not to be changed. */
    RequestOptions request(HttpMethod method) {
        return HttpMethod.POST.equals(method) ? post : new RequestOptions(post).setMethod(method);
    }

    String host() {
        return post.getHost();
    }

    int port() {
        return post.getPort();
    }

    /** What the {@code Host} header says, where that is not the name that TLS asks for. */
    Optional<HostAndPort> authority() {
        return authority;
    }

    Health health() {
        return health;
    }

    int open() {
        return open;
    }

    void began() {
        open++;
    }

    void ended() {
        open--;
    }

    private static String target(URI url) {
        String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
    }

    private static int port(URI url) {
        return url.getPort() >= 0 ? url.getPort() : "https".equals(url.getScheme()) ? 443 : 80;
    }

    @Override
    public String toString() {
        return name;
    }
}
