package dev.portcullis.dev.mcp;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** MCP 2025-03-26 to 2025-11-25: an initialize handshake, then requests within a session. */
final class LegacyEra {
    private static final int LARGEST_BATCH = 50;

    private final Vertx vertx;
    private final Bounds bounds;
    private final Tools tools;
    private final SessionTable sessions;
    private final Slots streams;

    LegacyEra(Vertx vertx, Bounds bounds, Tools tools, SessionTable sessions, Slots streams) {
        this.vertx = vertx;
        this.bounds = bounds;
        this.tools = tools;
        this.sessions = sessions;
        this.streams = streams;
    }

    /** Answers a POST. Throws {@link RpcRefusal} where the request's id is not known. */
    void post(HttpServerRequest request, Object json) {
        if (json instanceof JsonArray batch) {
            batch(request, session(request), batch);
            return;
        }
        var message = RpcMessage.parse(json);
        try {
            if (message.isRequest()
                    && message.method().filter("initialize"::equals).isPresent()) {
                initialize(request, message);
            } else if (message.isRequest()) {
                answer(request, session(request), message);
            } else {
                accept(session(request), message);
                Answers.empty(request.response(), 202);
            }
        } catch (RpcRefusal refusal) {
            Answers.refuse(request.response(), message.id(), refusal);
        }
    }

    /** Opens the session's own stream, or resumes one that broke. */
    void get(HttpServerRequest request) {
        var session = session(request);
        if (!Headers.accepts(request.headers(), Headers.EVENT_STREAM)) {
            throw RpcRefusal.invalidRequest(406, "Not acceptable: the answer is an event stream");
        }
        var lastEventId = Headers.single(request.headers(), Headers.LAST_EVENT_ID);
        if (lastEventId.isEmpty()) {
            session.listen(stream(request));
            return;
        }
        var position = lastEventId.flatMap(ReplayableStream.Position::parse);
        var broken =
                position.flatMap(at -> session.stream(at.stream()).filter(stream -> stream.hasMoreAfter(at.event())));
        if (broken.isEmpty()) {
            // Tells an event source not to come again (HTML, server-sent events): there is nothing left to say.
            Answers.empty(request.response(), 204);
            return;
        }
        var connection = stream(request);
        session.listen(connection);
        broken.get().resume(connection, position.orElseThrow().event());
    }

    /** Ends the session. */
    void delete(HttpServerRequest request) {
        sessions.end(session(request).id());
        Answers.empty(request.response(), 204);
    }

    private Session session(HttpServerRequest request) {
        var id = Headers.single(request.headers(), Headers.SESSION_ID)
                .orElseThrow(() -> RpcRefusal.invalidRequest(400, "Bad request: Mcp-Session-Id is missing"));
        return sessions.find(id)
                .orElseThrow(() -> RpcRefusal.invalidRequest(404, "Session not found: initialize again"));
    }

    private SseResponse stream(HttpServerRequest request) {
        if (!streams.take()) {
            throw RpcRefusal.busy();
        }
        var connection = new SseResponse(vertx, request.response(), bounds.keepAlive());
        connection.onClose(streams::free);
        return connection;
    }

    private void initialize(HttpServerRequest request, RpcMessage message) {
        if (!(message.params().getValue("protocolVersion") instanceof String requested)) {
            throw RpcRefusal.invalidParams(200, "protocolVersion must be a string");
        }
        var session = sessions.open(ProtocolVersions.negotiate(requested));
        request.response().putHeader(Headers.SESSION_ID, session.id());
        Answers.send(
                request.response(),
                200,
                Answers.result(
                        message.id().orElseThrow(),
                        new JsonObject()
                                .put("protocolVersion", session.protocolVersion())
                                .put("capabilities", Identity.capabilities())
                                .put("serverInfo", Identity.implementation())
                                .put("instructions", Identity.INSTRUCTIONS)));
    }

    /** Takes a notification or a response. */
    private static void accept(Session session, RpcMessage message) {
        if (message.method().filter("notifications/cancelled"::equals).isPresent()) {
            Optional.ofNullable(message.params().getValue("requestId")).ifPresent(session::cancelCall);
        }
    }

    private void answer(HttpServerRequest request, Session session, RpcMessage message) {
        if (message.method().filter("tools/call"::equals).isPresent()
                && tools.named(message.params()).takesLong()
                && Headers.accepts(request.headers(), Headers.EVENT_STREAM)) {
            answerStreaming(request, session, message);
            return;
        }
        var response = request.response();
        result(session, message, request.headers(), (progress, total, text) -> {})
                .onSuccess(result -> Answers.send(response, 200, result))
                .onFailure(failure -> {
                    if (failure instanceof CancellationException) {
                        Answers.empty(response, 202);
                    } else {
                        Answers.refuse(response, message.id(), ModernEra.refusal(failure));
                    }
                });
    }

    private void answerStreaming(HttpServerRequest request, Session session, RpcMessage message) {
        var stream = session.newStream();
        stream.start(
                new SseResponse(vertx, request.response(), bounds.keepAlive()),
                session.protocolVersion().equals(ProtocolVersions.LATEST_LEGACY));
        Tool.Progress progress = (done, total, text) ->
                message.progressToken().ifPresent(token -> stream.message(ProgressReport.of(token, done, total, text)));
        resultOrError(session, message, request.headers(), progress).onSuccess(answer -> {
            answer.ifPresent(stream::message);
            stream.finish();
        });
    }

    /** MCP 2025-03-26 base protocol, "Batching": that revision alone has it, and there receivers must take it. */
    private void batch(HttpServerRequest request, Session session, JsonArray batch) {
        if (!session.protocolVersion().equals(ProtocolVersions.BATCHES)) {
            throw RpcRefusal.invalidRequest("Invalid request: no batches in this revision");
        }
        if (batch.isEmpty() || batch.size() > LARGEST_BATCH) {
            throw RpcRefusal.invalidRequest("Invalid request: a batch has 1 to " + LARGEST_BATCH + " messages");
        }
        var answers = new ArrayList<Future<Optional<JsonObject>>>();
        for (var json : batch) {
            try {
                var message = RpcMessage.parse(json);
                if (message.isRequest()) {
                    answers.add(resultOrError(session, message, request.headers(), (progress, total, text) -> {}));
                } else {
                    accept(session, message);
                }
            } catch (RpcRefusal refusal) {
                answers.add(Future.succeededFuture(Optional.of(Answers.error(Optional.empty(), refusal))));
            }
        }
        Future.join(answers).onSuccess(done -> {
            var array = new JsonArray();
            done.<Optional<JsonObject>>list().stream()
                    .filter(Objects::nonNull)
                    .forEach(answer -> answer.ifPresent(array::add));
            if (array.isEmpty()) {
                Answers.empty(request.response(), 202);
            } else {
                Answers.send(request.response(), 200, array);
            }
        });
    }

    /** Never fails; empty if the request was cancelled and nothing is to be answered. */
    private Future<Optional<JsonObject>> resultOrError(
            Session session, RpcMessage message, MultiMap headers, Tool.Progress progress) {
        return result(session, message, headers, progress)
                .map(Optional::of)
                .otherwise(failure -> failure instanceof CancellationException
                        ? Optional.empty()
                        : Optional.of(Answers.error(message.id(), ModernEra.refusal(failure))));
    }

    private Future<JsonObject> result(Session session, RpcMessage message, MultiMap headers, Tool.Progress progress) {
        var id = message.id().orElseThrow();
        var method = message.method().orElseThrow();
        try {
            return switch (method) {
                case "ping" -> Future.succeededFuture(Answers.result(id, new JsonObject()));
                case "tools/list" -> Future.succeededFuture(Answers.result(id, tools.list(message.params())));
                case "tools/call" ->
                    call(session, id, message.params(), headers, progress).map(result -> Answers.result(id, result));
                default -> Future.failedFuture(RpcRefusal.methodNotFound(200, method));
            };
        } catch (RpcRefusal refusal) {
            return Future.failedFuture(refusal);
        }
    }

    private Future<JsonObject> call(
            Session session, Object id, JsonObject params, MultiMap headers, Tool.Progress progress) {
        var cancellation = session.startCall(id);
        return tools.call(params, headers, session.protocolVersion(), progress, cancellation)
                .onComplete(done -> session.endCall(id));
    }
}
