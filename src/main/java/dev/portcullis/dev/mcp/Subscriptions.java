package dev.portcullis.dev.mcp;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The open {@code subscriptions/listen} streams (MCP 2026-07-28 subscriptions). */
final class Subscriptions {
    private static final String TOOLS_LIST_CHANGED = "toolsListChanged";

    private final Vertx vertx;
    private final Bounds bounds;
    private final Slots streams;
    private final Set<Subscription> open = new LinkedHashSet<>();

    Subscriptions(Vertx vertx, Bounds bounds, Slots streams) {
        this.vertx = vertx;
        this.bounds = bounds;
        this.streams = streams;
    }

    /** Throws {@link RpcRefusal} before the stream is open. */
    void open(HttpServerRequest request, RpcMessage message) {
        if (!(message.params().getValue("notifications") instanceof JsonObject asked)) {
            throw RpcRefusal.invalidParams(400, "notifications must be an object");
        }
        if (!Headers.accepts(request.headers(), Headers.EVENT_STREAM)) {
            throw RpcRefusal.invalidRequest(406, "Not acceptable: the answer is an event stream");
        }
        if (!streams.take()) {
            throw RpcRefusal.busy();
        }
        var subscription = new Subscription(
                message.id().orElseThrow(), new SseResponse(vertx, request.response(), bounds.keepAlive()));
        open.add(subscription);
        subscription.sse().onClose(() -> {
            open.remove(subscription);
            streams.free();
        });
        subscription.acknowledge(honoured(asked));
    }

    /** Ends all of them gracefully, each with the response its request has been waiting for. */
    Future<Void> end() {
        var ended = List.copyOf(open).stream().map(Subscription::end).toList();
        return Future.join(ended).mapEmpty();
    }

    private static JsonObject honoured(JsonObject asked) {
        var honoured = new JsonObject();
        if (Boolean.TRUE.equals(asked.getValue(TOOLS_LIST_CHANGED))) {
            honoured.put(TOOLS_LIST_CHANGED, true);
        }
        return honoured;
    }

    private record Subscription(Object id, SseResponse sse) {
        void acknowledge(JsonObject honoured) {
            sse.send(Answers.notification(
                    "notifications/subscriptions/acknowledged",
                    new JsonObject().put("_meta", withId(new JsonObject())).put("notifications", honoured)));
        }

        Future<Void> end() {
            var result = ModernEra.complete(new JsonObject());
            withId(result.getJsonObject("_meta"));
            sse.send(Answers.result(id, result));
            return sse.end();
        }

        private JsonObject withId(JsonObject meta) {
            return meta.put("io.modelcontextprotocol/subscriptionId", id);
        }
    }
}
