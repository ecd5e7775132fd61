package dev.portcullis.testkit;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A balancer that sends each request to the next gateway, and knows nothing of sessions. */
public final class RoundRobin implements AutoCloseable {
    private static final long CANCEL = 8;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(1000));
    private final AtomicInteger turn = new AtomicInteger();
    private final List<String> origins;
    private final int port;

    public RoundRobin(String... origins) {
        this.origins = List.of(origins);
        this.port = World.await(
                        vertx.createHttpServer().requestHandler(this::pass).listen(0, "localhost"))
                .actualPort();
    }

    public String url() {
        return "http://localhost:" + port;
    }

    private void pass(HttpServerRequest request) {
        request.pause();
        String origin = origins.get(Math.floorMod(turn.getAndIncrement(), origins.size()));
        client.request(new RequestOptions().setMethod(request.method()).setAbsoluteURI(origin + request.uri()))
                .onFailure(failure -> request.response().reset(CANCEL))
                .onSuccess(onward -> {
                    onward.exceptionHandler(gone -> {});
                    request.response().exceptionHandler(gone -> {});
                    request.response().closeHandler(gone -> onward.reset(CANCEL));
                    onward.headers().setAll(request.headers());
                    onward.response()
                            .onFailure(failure -> request.response().reset(CANCEL))
                            .onSuccess(answer -> {
                                request.response().setStatusCode(answer.statusCode());
                                request.response().headers().setAll(answer.headers());
                                answer.pipeTo(request.response())
                                        .onFailure(broken -> request.response().reset(CANCEL));
                                request.response().writeHead();
                            });
                    request.pipeTo(onward);
                });
    }

    @Override
    public void close() {
        World.await(vertx.close());
    }
}
