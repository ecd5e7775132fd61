package dev.portcullis.dev.mcp;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/** JSON-RPC answers, and how they are put into an HTTP response. */
final class Answers {
    private Answers() {}

    static JsonObject result(Object id, JsonObject result) {
        return new JsonObject().put("jsonrpc", "2.0").put("id", id).put("result", result);
    }

    /** The id is left out where the request's could not be read. */
    static JsonObject error(Optional<Object> id, RpcRefusal refusal) {
        var answer = new JsonObject().put("jsonrpc", "2.0");
        id.ifPresent(value -> answer.put("id", value));
        return answer.put("error", refusal.toJson());
    }

    static JsonObject notification(String method, JsonObject params) {
        return new JsonObject().put("jsonrpc", "2.0").put("method", method).put("params", params);
    }

    static void send(HttpServerResponse response, int status, JsonObject body) {
        sendJson(response, status, body.encode());
    }

    static void send(HttpServerResponse response, int status, JsonArray body) {
        sendJson(response, status, body.encode());
    }

    static void refuse(HttpServerResponse response, Optional<Object> id, RpcRefusal refusal) {
        if (refusal.status() == 503) {
            response.putHeader("Retry-After", "1");
        }
        send(response, refusal.status(), error(id, refusal));
    }

    static void empty(HttpServerResponse response, int status) {
        if (!response.ended() && !response.closed()) {
            response.setStatusCode(status).end();
        }
    }

    static void notAllowed(HttpServerResponse response, String allow) {
        response.putHeader("Allow", allow);
        empty(response, 405);
    }

    private static void sendJson(HttpServerResponse response, int status, String body) {
        if (!response.ended() && !response.closed()) {
            response.setStatusCode(status)
                    .putHeader("Content-Type", Headers.JSON)
                    .end(body);
        }
    }
}
