package dev.portcullis.dev.mcp;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** MCP 2026-07-28: every request stands alone, and closing its response cancels it. */
final class ModernEra {
    private static final Logger LOG = LoggerFactory.getLogger(ModernEra.class);
    private static final long LIST_TTL_MS = 300_000;

    private final Vertx vertx;
    private final Bounds bounds;
    private final Tools tools;
    private final Subscriptions subscriptions;

    ModernEra(Vertx vertx, Bounds bounds, Tools tools, Subscriptions subscriptions) {
        this.vertx = vertx;
        this.bounds = bounds;
        this.tools = tools;
        this.subscriptions = subscriptions;
    }

    /** Answers a POST. Throws {@link RpcRefusal} only where the request's id is not known. */
    void post(HttpServerRequest request, Object json) {
        var message = RpcMessage.parse(json);
        if (message.isNotification()) {
            Answers.empty(request.response(), 202);
            return;
        }
        if (!message.isRequest()) {
            throw RpcRefusal.invalidRequest("Invalid request: clients send no responses in this revision");
        }
        try {
            ModernRequestCheck.check(request.headers(), message);
            answer(request, message);
        } catch (RpcRefusal refusal) {
            Answers.refuse(request.response(), message.id(), refusal);
        }
    }

    private void answer(HttpServerRequest request, RpcMessage message) {
        var method = message.method().orElseThrow();
        switch (method) {
            case "server/discover" -> respond(request, message, cacheable(discovery()));
            case "tools/list" -> respond(request, message, cacheable(tools.list(message.params())));
            case "tools/call" -> call(request, message);
            case "subscriptions/listen" -> subscriptions.open(request, message);
            default -> throw RpcRefusal.methodNotFound(404, method);
        }
    }

    private static JsonObject discovery() {
        return new JsonObject()
                .put("supportedVersions", ProtocolVersions.ALL)
                .put("capabilities", Identity.capabilities())
                .put("instructions", Identity.INSTRUCTIONS);
    }

    /** The same for every caller, hence public (MCP 2026-07-28 caching). */
    private static JsonObject cacheable(JsonObject result) {
        return result.put("ttlMs", LIST_TTL_MS).put("cacheScope", "public");
    }

    private static void respond(HttpServerRequest request, RpcMessage message, JsonObject result) {
        Answers.send(request.response(), 200, Answers.result(message.id().orElseThrow(), complete(result)));
    }

    static JsonObject complete(JsonObject result) {
        return result.put("resultType", "complete")
                .put("_meta", new JsonObject().put("io.modelcontextprotocol/serverInfo", Identity.implementation()));
    }

    private void call(HttpServerRequest request, RpcMessage message) {
        var streams = tools.named(message.params()).takesLong();
        if (streams && Headers.accepts(request.headers(), Headers.EVENT_STREAM)) {
            callStreaming(request, message);
        } else {
            callPlain(request, message);
        }
    }

    private void callPlain(HttpServerRequest request, RpcMessage message) {
        var cancellation = new Cancellation();
        var response = request.response();
        cancelWhenClosed(response, cancellation);
        run(request, message, (progress, total, text) -> {}, cancellation)
                .onSuccess(result -> Answers.send(response, 200, result))
                .onFailure(failure -> {
                    if (!(failure instanceof CancellationException)) {
                        Answers.refuse(response, message.id(), refusal(failure));
                    }
                });
    }

    private void callStreaming(HttpServerRequest request, RpcMessage message) {
        var cancellation = new Cancellation();
        var sse = new SseResponse(vertx, request.response(), bounds.keepAlive());
        sse.onClose(cancellation::cancel);
        Tool.Progress progress = (done, total, text) ->
                message.progressToken().ifPresent(token -> sse.offer(ProgressReport.of(token, done, total, text)));
        run(request, message, progress, cancellation).onComplete(done -> {
            if (done.succeeded()) {
                sse.send(done.result());
            } else if (!(done.cause() instanceof CancellationException)) {
                sse.send(Answers.error(message.id(), refusal(done.cause())));
            }
            sse.end();
        });
    }

    private Future<JsonObject> run(
            HttpServerRequest request, RpcMessage message, Tool.Progress progress, Cancellation cancellation) {
        return tools.call(message.params(), request.headers(), ProtocolVersions.MODERN, progress, cancellation)
                .map(result -> Answers.result(message.id().orElseThrow(), complete(result)));
    }

    private static void cancelWhenClosed(HttpServerResponse response, Cancellation cancellation) {
        response.exceptionHandler(failure -> cancellation.cancel());
        response.closeHandler(nothing -> cancellation.cancel());
    }

    static RpcRefusal refusal(Throwable failure) {
        if (failure instanceof RpcRefusal refusal) {
            return refusal;
        }
        LOG.error("a call failed", failure);
        return RpcRefusal.internalError();
    }
}
