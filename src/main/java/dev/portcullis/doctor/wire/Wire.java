package dev.portcullis.doctor.wire;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Asks single questions over HTTP: HTTP/2 where the server has it and TLS, redirects not followed. */
public final class Wire {
    /** AWS's managed firewall rules refuse requests without one. */
    public static final String USER_AGENT = "portcullis-doctor";

    private static final int MAX_BODY = 256 * 1024;

    private final HttpClient secure;
    private final HttpClient plain;
    private final InstantSource clock;

    private Wire(HttpClient secure, HttpClient plain, InstantSource clock) {
        this.secure = secure;
        this.plain = plain;
        this.clock = clock;
    }

    /** @param ca PEM certificates that are trusted instead of those of the Java platform */
    public static Wire of(Vertx vertx, Optional<Path> ca, Duration timeout, InstantSource clock) {
        HttpClientOptions tls =
                options(timeout).setProtocolVersion(HttpVersion.HTTP_2).setUseAlpn(true);
        ca.ifPresent(file -> tls.setTrustOptions(new PemTrustOptions().addCertPath(file.toString())));
        return new Wire(vertx.createHttpClient(tls), vertx.createHttpClient(options(timeout)), clock);
    }

    private static HttpClientOptions options(Duration timeout) {
        return new HttpClientOptions().setMaxHeaderSize(64 * 1024).setConnectTimeout((int) timeout.toMillis());
    }

    public Future<Answer> get(String url) {
        return send(HttpMethod.GET, url, Map.of("Accept", "application/json"), "");
    }

    public Future<Answer> send(HttpMethod method, String url, Map<String, String> headers, String body) {
        return request(method, url).compose(request -> exchange(request, headers, body, clock));
    }

    /** For answers that are looked at while they come. */
    public Future<HttpClientResponse> open(HttpMethod method, String url, Map<String, String> headers) {
        return request(method, url).compose(request -> {
            headers.forEach(request::putHeader);
            return request.send();
        });
    }

    private Future<HttpClientRequest> request(HttpMethod method, String url) {
        HttpClient client = url.startsWith("https") ? secure : plain;
        return client.request(new RequestOptions().setMethod(method).setAbsoluteURI(url));
    }

    /** The same over somebody else's connection. */
    public static Future<Answer> exchange(
            HttpClientRequest request, Map<String, String> headers, String body, InstantSource clock) {
        request.putHeader("User-Agent", USER_AGENT);
        headers.forEach(request::putHeader);
        long from = System.nanoTime();
        Optional<X509Certificate> certificate = certificate(request.connection());
        return (body.isEmpty() ? request.send() : request.send(Buffer.buffer(body))).compose(response -> {
            Instant at = clock.instant();
            Duration took = Duration.ofNanos(System.nanoTime() - from);
            return body(response)
                    .map(text -> new Answer(
                            response.statusCode(),
                            response.headers(),
                            text,
                            response.version(),
                            at,
                            took,
                            certificate));
        });
    }

    private static Future<String> body(HttpClientResponse response) {
        Promise<String> whole = Promise.promise();
        Buffer read = Buffer.buffer();
        response.handler(chunk -> {
            read.appendBuffer(chunk);
            if (read.length() > MAX_BODY && whole.tryComplete(read.toString())) {
                response.request().reset();
            }
        });
        response.exceptionHandler(whole::tryFail);
        response.endHandler(end -> whole.tryComplete(read.toString()));
        return whole.future();
    }

    private static Optional<X509Certificate> certificate(HttpConnection connection) {
        try {
            return connection.isSsl() && connection.peerCertificates().get(0) instanceof X509Certificate own
                    ? Optional.of(own)
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }
}
