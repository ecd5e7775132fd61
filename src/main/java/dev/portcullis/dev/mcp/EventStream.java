package dev.portcullis.dev.mcp;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;

/** Server-sent events of JSON-RPC messages. */
final class EventStream {
    private EventStream() {}

    static void open(HttpServerResponse response) {
        response.setChunked(true)
                .putHeader("Content-Type", "text/event-stream")
                .putHeader("Cache-Control", "no-cache")
                .putHeader("X-Accel-Buffering", "no");
        response.writeHead();
    }

    static void send(HttpServerResponse response, JsonObject message) {
        response.write("event: message\ndata: " + message.encode() + "\n\n");
    }

    /** Keeps middle-boxes from thinking the stream dead. */
    static void keepAlive(HttpServerResponse response) {
        response.write(": keep-alive\n\n");
    }
}
