package dev.portcullis.dev.mcp;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Reads a request body as JSON, up to a size and within a time. */
final class RequestBody {
    private RequestBody() {}

    /** A JsonObject, a JsonArray or a plain value. Fails with {@link RpcRefusal}, or if the client goes away. */
    static Future<Object> read(HttpServerRequest request, Bounds bounds) {
        var body = Buffer.buffer();
        var whole = Promise.<Buffer>promise();
        request.handler(chunk -> {
            if (body.length() + chunk.length() <= bounds.bodyBytes()) {
                body.appendBuffer(chunk);
            } else {
                whole.tryFail(RpcRefusal.invalidRequest(413, "The body is too large"));
            }
        });
        request.exceptionHandler(whole::tryFail);
        request.endHandler(end -> whole.tryComplete(body));
        return whole.future()
                .timeout(bounds.bodyWait().toMillis(), TimeUnit.MILLISECONDS)
                .recover(failure -> Future.failedFuture(
                        failure instanceof TimeoutException
                                ? RpcRefusal.invalidRequest(408, "The body did not arrive in time")
                                : failure))
                .map(RequestBody::decode);
    }

    private static Object decode(Buffer body) {
        try {
            var json = Json.decodeValue(body);
            if (json != null) {
                return json;
            }
        } catch (DecodeException notJson) {
            throw RpcRefusal.parseError();
        }
        throw RpcRefusal.invalidRequest("Invalid request: not a JSON-RPC 2.0 message");
    }
}
