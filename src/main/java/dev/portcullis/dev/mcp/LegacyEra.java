package dev.portcullis.dev.mcp;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** MCP 2025-03-26 to 2025-11-25: an initialize handshake, sessions, a stream by GET, an end by DELETE. Event-loop confined. */
final class LegacyEra {
    private static final List<String> VERSIONS = List.of("2025-11-25", "2025-06-18", "2025-03-26");
    private static final String SESSION = "Mcp-Session-Id";
    private static final long KEEP_ALIVE_MS = 15_000;
    private static final int MAX_SESSIONS = 1000;

    private final Vertx vertx;
    private final Map<String, LegacySession> sessions = new LinkedHashMap<>();

    LegacyEra(Vertx vertx) {
        this.vertx = vertx;
    }

    void handle(HttpServerRequest request, JsonObject message) {
        if (request.method().equals(HttpMethod.POST) && "initialize".equals(message.getValue("method"))) {
            initialize(request, message);
            return;
        }
        String id = request.getHeader(SESSION);
        Optional<LegacySession> session = Optional.ofNullable(id).map(sessions::get);
        if (session.isEmpty()) {
            int status = id == null ? 400 : 404;
            DemoMcpServer.json(
                    request,
                    status,
                    Rpc.error(message, -32600, id == null ? "Mcp-Session-Id is missing" : "Session not found"));
        } else if (request.method().equals(HttpMethod.GET)) {
            stream(request, session.get());
        } else if (request.method().equals(HttpMethod.DELETE)) {
            sessions.remove(session.get().id);
            session.get().end();
            request.response().setStatusCode(204).end();
        } else {
            post(request, message, session.get());
        }
    }

    private void initialize(HttpServerRequest request, JsonObject message) {
        Object wanted = Rpc.params(message).getValue("protocolVersion");
        String version = VERSIONS.stream()
                .filter(known -> known.equals(wanted))
                .findFirst()
                .orElse(VERSIONS.get(0));
        if (sessions.size() >= MAX_SESSIONS) {
            // The oldest goes; its client is told 404 and begins anew.
            LegacySession oldest = sessions.values().iterator().next();
            sessions.remove(oldest.id);
            oldest.end();
        }
        LegacySession session = new LegacySession(UUID.randomUUID().toString(), version);
        sessions.put(session.id, session);
        request.response().putHeader(SESSION, session.id);
        answer(
                request,
                message,
                new JsonObject()
                        .put("protocolVersion", version)
                        .put("capabilities", new JsonObject().put("tools", new JsonObject()))
                        .put("serverInfo", DemoMcpServer.serverInfo())
                        .put("instructions", "A demonstration behind Portcullis."));
    }

    private void stream(HttpServerRequest request, LegacySession session) {
        EventStream.open(request.response());
        EventStream.keepAlive(request.response());
        long timer = vertx.setPeriodic(KEEP_ALIVE_MS, tick -> EventStream.keepAlive(request.response()));
        request.response().closeHandler(closed -> vertx.cancelTimer(timer));
        session.listen(request.response());
    }

    private void post(HttpServerRequest request, JsonObject message, LegacySession session) {
        if (!Rpc.isRequest(message)) {
            if ("notifications/cancelled".equals(message.getValue("method"))) {
                Optional.ofNullable(session.running.remove(Rpc.params(message).getValue("requestId")))
                        .ifPresent(Countdown::stop);
            }
            request.response().setStatusCode(202).end();
            return;
        }
        switch (message.getString("method")) {
            case "ping":
                answer(request, message, new JsonObject());
                break;
            case "tools/list":
                answer(request, message, Tools.list());
                break;
            case "tools/call":
                call(request, message, session);
                break;
            default:
                DemoMcpServer.json(request, 200, Rpc.error(message, Rpc.METHOD_NOT_FOUND, "Method not found"));
        }
    }

    private void call(HttpServerRequest request, JsonObject message, LegacySession session) {
        JsonObject params = Rpc.params(message);
        String name = String.valueOf(params.getValue("name"));
        JsonObject arguments = params.getValue("arguments") instanceof JsonObject given ? given : new JsonObject();
        Object id = message.getValue("id");
        try {
            if (name.equals(Tools.COUNTDOWN)) {
                Countdown countdown = new Countdown(
                        vertx,
                        request.response(),
                        Optional.ofNullable(Rpc.meta(message).getValue("progressToken")),
                        Tools.seconds(arguments),
                        result -> {
                            session.running.remove(id);
                            return Rpc.result(id, result);
                        });
                session.running.put(id, countdown);
                countdown.start();
                return;
            }
            Tools.call(name, arguments, request)
                    .ifPresentOrElse(
                            result -> answer(request, message, result),
                            () -> DemoMcpServer.json(
                                    request, 200, Rpc.error(message, Rpc.INVALID_PARAMS, "Unknown tool")));
        } catch (IllegalArgumentException e) {
            answer(request, message, Tools.text(String.valueOf(e.getMessage())).put("isError", true));
        }
    }

    private static void answer(HttpServerRequest request, JsonObject message, JsonObject result) {
        DemoMcpServer.json(request, 200, Rpc.result(message.getValue("id"), result));
    }
}
