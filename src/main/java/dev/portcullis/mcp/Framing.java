package dev.portcullis.mcp;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/** What the heads of messages say about their bodies (RFC 9112 §6). */
final class Framing {
    private Framing() {}

    static boolean hasBody(HttpServerRequest request) {
        return request.version() == HttpVersion.HTTP_2
                || request.headers().contains("Content-Length")
                || request.headers().contains("Transfer-Encoding");
    }

    /** RFC 9110 §10.1.1; there are no interim answers in HTTP/1.0. */
    static boolean expectsContinue(HttpServerRequest request) {
        return request.version() != HttpVersion.HTTP_1_0
                && "100-continue".equalsIgnoreCase(request.getHeader("Expect"));
    }

    /** As the head announces it; -1 where it does not. The parser lets through only numbers. */
    static long length(MultiMap headers) {
        String length = headers.get("Content-Length");
        return length == null ? -1 : Long.parseLong(length);
    }

    static boolean isWithoutBody(HttpMethod method, int status) {
        return method.equals(HttpMethod.HEAD) || status == 204 || status == 304;
    }

    static boolean isEventStream(HttpClientResponse answer) {
        String type = answer.getHeader("Content-Type");
        return type != null && type.regionMatches(true, 0, "text/event-stream", 0, "text/event-stream".length());
    }
}
