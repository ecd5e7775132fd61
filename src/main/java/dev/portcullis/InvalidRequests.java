package dev.portcullis;

import dev.portcullis.http.Route;
import dev.portcullis.http.Visits;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;

/** Answers what is no HTTP request: too long (RFC 9110 §15.5.15, RFC 6585 §5) or malformed. The connection ends, for nothing after it can be trusted. */
final class InvalidRequests implements Handler<HttpServerRequest> {

    private final Visits visits;

    InvalidRequests(Visits visits) {
        this.visits = visits;
    }

    @Override
    public void handle(HttpServerRequest request) {
        visits.begin(request, Route.INVALID);
        Throwable cause = request.decoderResult().cause();
        int status = cause instanceof TooLongHttpLineException
                ? 414
                : cause instanceof TooLongHttpHeaderException ? 431 : 400;
        refuse(request, status);
    }

    static void refuse(HttpServerRequest request, int status) {
        request.response()
                .setStatusCode(status)
                .putHeader("Connection", "close")
                .end()
                .onComplete(done -> request.connection().close());
    }
}
