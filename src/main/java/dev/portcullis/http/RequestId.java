package dev.portcullis.http;

import dev.portcullis.crypto.RandomTokens;
import io.vertx.core.http.HttpServerRequest;

/**
 * The name of one request in logs, answers and error pages. Always ours: a value from outside could collide, or carry something into a log.
 */
public final class RequestId {
    /** The response header that carries it. */
    public static final String HEADER = "X-Request-Id";

    private final RandomTokens random;

    public RequestId(RandomTokens random) {
        this.random = random;
    }

    /** Names the request, once, as early as possible. */
    public void assign(HttpServerRequest request) {
        request.response().putHeader(HEADER, random.next(9));
    }

    /** 12 characters; {@code -} if none was assigned. */
    public static String of(HttpServerRequest request) {
        String id = request.response().headers().get(HEADER);
        return id == null ? "-" : id;
    }
}
