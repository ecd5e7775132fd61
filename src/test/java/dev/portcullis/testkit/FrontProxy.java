package dev.portcullis.testkit;

import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.RequestOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPOutputStream;

/** A reverse proxy in front of a gateway, with the habits that such proxies have. */
public final class FrontProxy implements AutoCloseable {
    private static final Set<String> OF_THE_CONNECTION = Set.of("connection", "transfer-encoding", "content-length");

    private static final int WHOLE_CHUNKS = 3;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = vertx.createHttpClient();
    private final int port;
    private volatile Optional<Integer> target = Optional.empty();
    private volatile Habit habit = Habit.NONE;

    /** What it does to what passes. */
    public enum Habit {
        NONE,
        /** As Amazon API Gateway does. */
        RENAMES_CHALLENGE,
        DROPS_CHALLENGE,
        COLLECTS_ANSWERS,
        /** Event by event, so that they arrive in time. */
        COMPRESSES,
        /** Says for whom it speaks. */
        NAMES_CLIENT,
        /** Refuses Authorization headers of 6 KiB and more. */
        SHORT_HEADERS,
        /** The same, of 12 KiB and more. */
        SHORTISH_HEADERS,
        /** As one whose read time-out is short. */
        CUTS_STREAMS,
        /** Keeps what is below for itself, as some do for their certificates. */
        KEEPS_WELL_KNOWN,
        WANTS_LOGIN,
        LOST_GATEWAY
    }

    private FrontProxy(HttpServerOptions options) {
        port = World.await(vertx.createHttpServer(
                                options.setHost("localhost").setPort(0).setMaxHeaderSize(256 * 1024))
                        .requestHandler(this::handle)
                        .listen())
                .actualPort();
    }

    public static FrontProxy start() {
        return new FrontProxy(new HttpServerOptions());
    }

    public static FrontProxy start(HttpServerOptions options) {
        return new FrontProxy(options);
    }

    public FrontProxy to(int gateway) {
        target = Optional.of(gateway);
        return this;
    }

    public void habit(Habit next) {
        habit = next;
    }

    public int port() {
        return port;
    }

    private void handle(HttpServerRequest request) {
        Habit current = habit;
        int length = Optional.ofNullable(request.getHeader("Authorization"))
                .orElse("")
                .length();
        if (current == Habit.SHORT_HEADERS && length >= 6 * 1024) {
            request.response().setStatusCode(400).end("Request Header Or Cookie Too Large");
        } else if (current == Habit.SHORTISH_HEADERS && length >= 12 * 1024) {
            request.connection().close();
        } else if (current == Habit.WANTS_LOGIN && request.path().endsWith("/mcp")) {
            request.response()
                    .setStatusCode(302)
                    .putHeader("Location", "https://sso.example.com/")
                    .end();
        } else if (current == Habit.KEEPS_WELL_KNOWN && request.path().startsWith("/.well-known/oauth-protected")) {
            request.response().setStatusCode(404).end();
        } else if (current == Habit.LOST_GATEWAY || target.isEmpty()) {
            request.response().setStatusCode(502).end();
        } else {
            pass(request, current);
        }
    }

    private void pass(HttpServerRequest request, Habit current) {
        request.body()
                .compose(body -> client.request(new RequestOptions()
                                .setMethod(request.method())
                                .setHost("localhost")
                                .setPort(target.orElseThrow())
                                .setURI(request.uri()))
                        .compose(onward -> {
                            copy(request.headers(), onward.headers());
                            if (current == Habit.NAMES_CLIENT) {
                                onward.putHeader("X-Forwarded-For", "203.0.113.7");
                            }
                            return onward.send(body);
                        }))
                .onSuccess(answer -> answer(answer, request.response(), current))
                .onFailure(lost -> request.response().setStatusCode(502).end());
    }

    private static void answer(HttpClientResponse from, HttpServerResponse to, Habit current) {
        to.setStatusCode(from.statusCode());
        copy(from.headers(), to.headers());
        String challenge = from.getHeader("WWW-Authenticate");
        if (challenge != null && (current == Habit.RENAMES_CHALLENGE || current == Habit.DROPS_CHALLENGE)) {
            to.headers().remove("WWW-Authenticate");
            if (current == Habit.RENAMES_CHALLENGE) {
                to.putHeader("x-amzn-remapped-www-authenticate", challenge);
            }
        }
        to.setChunked(true);
        if (current == Habit.COLLECTS_ANSWERS) {
            from.body().onSuccess(to::end);
            return;
        }
        boolean compresses = current == Habit.COMPRESSES;
        if (compresses) {
            to.putHeader("Content-Encoding", "gzip");
        }
        int[] chunks = {0};
        from.handler(chunk -> {
            if (current == Habit.CUTS_STREAMS && ++chunks[0] > WHOLE_CHUNKS) {
                to.reset();
            } else {
                to.write(compresses ? gzip(chunk) : chunk);
            }
        });
        from.endHandler(end -> to.end());
    }

    /** A member of its own, which may be followed by others (RFC 1952 §2.2). */
    private static Buffer gzip(Buffer chunk) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
            zip.write(chunk.getBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Buffer.buffer(bytes.toByteArray());
    }

    private static void copy(MultiMap from, MultiMap to) {
        from.forEach(header -> {
            if (!OF_THE_CONNECTION.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                to.add(header.getKey(), header.getValue());
            }
        });
    }

    @Override
    public void close() {
        World.await(vertx.close());
    }
}
