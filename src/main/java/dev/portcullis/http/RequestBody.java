package dev.portcullis.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** Reads small bodies whole, within a bound. What is relayed to an upstream never comes here. */
public final class RequestBody {
    private final int maxBytes;

    public RequestBody(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** The form of an {@code application/x-www-form-urlencoded} body; fails with {@link HttpProblem} 400, 413 or 415. */
    public Future<Parameters> form(HttpServerRequest request) {
        return text(request, "application/x-www-form-urlencoded").compose(text -> {
            try {
                return Future.succeededFuture(Parameters.parse(text));
            } catch (IllegalArgumentException e) {
                return Future.failedFuture(new HttpProblem(400, "the form is not well-formed"));
            }
        });
    }

    /** The text of a UTF-8 body of this media type; fails with {@link HttpProblem} 400, 413 or 415. */
    public Future<String> text(HttpServerRequest request, String mediaType) {
        if (!isMediaType(request, mediaType)) {
            return Future.failedFuture(new HttpProblem(415, "the Content-Type must be " + mediaType));
        }
        return bytes(request)
                .compose(bytes -> decode(bytes)
                        .map(Future::succeededFuture)
                        .orElseGet(() -> Future.failedFuture(new HttpProblem(400, "the body is not UTF-8"))));
    }

    private Future<Buffer> bytes(HttpServerRequest request) {
        HttpProblem tooLarge = new HttpProblem(413, "the body is larger than " + maxBytes + " bytes");
        String length = request.getHeader("Content-Length");
        // At most 19 digits, so a length too long to parse is too large as well.
        if (length != null && (length.length() > 18 || Long.parseLong(length) > maxBytes)) {
            return Future.failedFuture(tooLarge);
        }
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            request.response().writeContinue();
        }
        Promise<Buffer> body = Promise.promise();
        Buffer collected = Buffer.buffer();
        request.handler(chunk -> {
            if (collected.length() + chunk.length() > maxBytes) {
                // The rest is dropped unread; the connection closes with the answer.
                request.handler(dropped -> {});
                body.tryFail(tooLarge);
            } else {
                collected.appendBuffer(chunk);
            }
        });
        // The client has gone; whatever is answered, nobody reads it.
        request.exceptionHandler(
                failure -> body.tryFail(new HttpProblem(400, "the request ended before its body did")));
        request.endHandler(end -> body.tryComplete(collected));
        return body.future();
    }

    private static boolean isMediaType(HttpServerRequest request, String mediaType) {
        String value = request.getHeader("Content-Type");
        return value != null
                && value.split(";", 2)[0].trim().toLowerCase(Locale.ROOT).equals(mediaType);
    }

    private static Optional<String> decode(Buffer bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.getBytes()))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
