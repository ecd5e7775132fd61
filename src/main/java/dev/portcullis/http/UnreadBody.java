package dev.portcullis.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.function.Consumer;

/**
 * What becomes of a body when its request is answered without having been read. A short one is read and dropped, so that the connection
 * lives on. After a long one the connection closes, but only once the client has had time to read the answer: to close with bytes unread
 * makes TCP throw away what the client has not read yet (RFC 9112 §9.6).
 */
public final class UnreadBody {
    private static final int SHORT = 64 * 1024;
    // For what is under way when the answer reaches the client, which then should stop.
    private static final long LINGER_MILLIS = 1000;

    private UnreadBody() {}

    /** Ends the answer with this body; status and headers are set already. The request must be paused, or have ended. */
    public static void answer(HttpServerRequest request, Buffer body) {
        HttpServerResponse response = request.response();
        if (request.isEnded()) {
            response.end(body);
        } else if (request.headers().contains("Expect")) {
            // The client waits to be told to send its body, and now may or may not.
            close(request, response.putHeader("Connection", "close").end(body));
        } else if (isHarmless(request)) {
            response.end(body);
            drop(request, () -> {}, () -> request.connection().close());
        } else {
            response.putHeader("Connection", "close").putHeader("Content-Length", String.valueOf(body.length()));
            // The answer is whole for the client; its end is what closes the connection.
            response.write(body);
            end(request);
        }
    }

    /** Ends an answer that was whole before its request was, without losing it on the way. */
    public static void end(HttpServerRequest request) {
        Runnable close = () -> close(request, request.response().end());
        drop(request, close, close);
    }

    /** Reads and drops until the body ends, but not for long; then goes on, once. */
    private static void drop(HttpServerRequest request, Runnable ended, Runnable late) {
        Vertx vertx = Vertx.currentContext().owner();
        boolean[] over = {false};
        Consumer<Runnable> once = next -> {
            if (!over[0]) {
                over[0] = true;
                next.run();
            }
        };
        long timer = vertx.setTimer(LINGER_MILLIS, due -> once.accept(late));
        request.handler(dropped -> {});
        request.exceptionHandler(failure -> {
            vertx.cancelTimer(timer);
            once.accept(ended);
        });
        request.endHandler(end -> {
            vertx.cancelTimer(timer);
            once.accept(ended);
        });
        request.resume();
    }

    /** The server by itself would wait for the rest of the request. */
    private static void close(HttpServerRequest request, Future<Void> ended) {
        ended.onComplete(done -> request.connection().close());
    }

    private static boolean isHarmless(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        return request.version() == HttpVersion.HTTP_2
                || !request.headers().contains("Transfer-Encoding")
                        && (length == null || length.length() < 10 && Long.parseLong(length) <= SHORT);
    }
}
