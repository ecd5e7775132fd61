package dev.portcullis.mcp;

import dev.portcullis.audit.AuditEvent;
import dev.portcullis.audit.AuditLog;
import dev.portcullis.audit.ToolNames;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.http.RequestId;
import dev.portcullis.mcp.tools.Holding;
import dev.portcullis.mcp.tools.Inspection;
import dev.portcullis.mcp.tools.RoutingHeaders;
import dev.portcullis.mcp.tools.Screening;
import dev.portcullis.mcp.tools.ToolGuard;
import dev.portcullis.token.VerifiedToken;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** In front of an upstream that has a tool policy: reads each message whole, and lets through what the caller may do. */
final class ToolGate {
    private static final Logger LOG = LoggerFactory.getLogger(ToolGate.class);

    // Bytes; a millisecond at most.
    private static final int QUICKLY_READ = 64 * 1024;

    private final GatewayConfig.Upstream upstream;
    private final Challenge challenge;
    private final Relay relay;
    private final ToolGuard guard;
    private final AuditLog audit;
    private final int maxBytes;

    ToolGate(GatewayConfig.Upstream upstream, Challenge challenge, Relay relay, AuditLog audit) {
        this.upstream = upstream;
        this.challenge = challenge;
        this.relay = relay;
        this.audit = audit;
        this.guard = new ToolGuard(upstream.tools());
        this.maxBytes =
                Math.min(upstream.tools().maxInspectedBytes(), upstream.limits().maxBodyBytes());
    }

    /**
     * The request must be paused.
     *
     * @param holding where the messages of this exchange count while they are held back
     */
    void relay(HttpServerRequest request, VerifiedToken token, Holding holding) {
        if (!request.method().equals(HttpMethod.POST)) {
            passUnread(request, token, holding);
        } else if (isEncoded(request)) {
            Refusal.write(
                    request, 415, "unsupported_content_encoding", "bodies for this server must not be compressed");
        } else if (contentLength(request) > maxBytes) {
            tooLarge(request);
        } else {
            read(request, token, holding);
        }
    }

    /** GET opens a stream on which, after a break, the answers to earlier requests may come again (MCP 2025-11-25, "Resumability"). */
    private void passUnread(HttpServerRequest request, VerifiedToken token, Holding holding) {
        if (contentLength(request) > 0 || request.headers().contains("Transfer-Encoding")) {
            Refusal.write(request, 413, "content_too_large", "only POST requests have a body");
            return;
        }
        relay.relay(request, token, new Passage(true, Optional.empty(), Optional.of(answers(token, holding))));
    }

    private void read(HttpServerRequest request, VerifiedToken token, Holding holding) {
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            request.response().writeContinue();
        }
        Vertx vertx = Vertx.currentContext().owner();
        // A body that small and that late is not coming.
        long timer = vertx.setTimer(
                upstream.transport().responseTimeout().toMillis(),
                late -> request.connection().close());
        Buffer body = Buffer.buffer();
        request.handler(chunk -> {
            if (body.length() + chunk.length() > maxBytes) {
                vertx.cancelTimer(timer);
                stopReading(request, holding);
                tooLarge(request);
                return;
            }
            Holding.Room room = holding.take(chunk.length());
            if (room == Holding.Room.ENOUGH) {
                body.appendBuffer(chunk);
            } else {
                vertx.cancelTimer(timer);
                stopReading(request, holding);
                noRoom(request, room);
            }
        });
        request.exceptionHandler(gone -> vertx.cancelTimer(timer));
        request.endHandler(end -> {
            vertx.cancelTimer(timer);
            screen(vertx, request, token, holding, body)
                    .onSuccess(screening -> pass(request, token, holding, body, screening))
                    .onFailure(failure -> fault(request, failure));
        });
        request.resume();
    }

    private static void stopReading(HttpServerRequest request, Holding holding) {
        request.pause();
        // The end of the exchange may take a while, and nothing is held for it any more.
        holding.end();
    }

    private Future<Screening> screen(
            Vertx vertx, HttpServerRequest request, VerifiedToken token, Holding holding, Buffer body) {
        MultiMap headers = request.headers();
        RoutingHeaders routing = new RoutingHeaders(
                headers.getAll("MCP-Protocol-Version"), headers.getAll("Mcp-Method"), headers.getAll("Mcp-Name"));
        if (body.length() <= QUICKLY_READ) {
            return Future.succeededFuture(guard.screen(body.getBytes(), routing, token));
        }
        holding.pin();
        // One after the other for each event loop: what is read takes several times its size.
        return vertx.executeBlocking(() -> {
                    if (holding.isOver()) {
                        throw new CancellationException("the client is gone");
                    }
                    return guard.screen(body.getBytes(), routing, token);
                })
                .onComplete(read -> holding.unpin());
    }

    private void pass(
            HttpServerRequest request, VerifiedToken token, Holding holding, Buffer body, Screening screening) {
        if (holding.isOver()) {
            return;
        }
        if (screening instanceof Screening.Passed passed) {
            relay.relay(
                    request,
                    token,
                    new Passage(
                            true,
                            Optional.of(body),
                            Optional.of(answers(token, holding)).filter(lists -> passed.listsTools())));
        } else if (screening instanceof Screening.Stopped stopped) {
            stop(request, token, stopped);
        }
    }

    private void stop(HttpServerRequest request, VerifiedToken token, Screening.Stopped stopped) {
        LOG.atInfo()
                .addKeyValue("requestId", RequestId.of(request))
                .addKeyValue("upstream", upstream.name())
                .addKeyValue("grant", token.grantId())
                .addKeyValue("status", stopped.status())
                .addKeyValue("tool", ToolNames.of(stopped.tools()))
                .addKeyValue("missingScopes", stopped.missingScopes())
                .log("tool policy stopped a request");
        // What is malformed is stopped too, but nobody was denied anything.
        if (stopped.status() == 403) {
            audit.of(request)
                    .record(new AuditEvent.CallDenied(
                            BearerAuthentication.access(token),
                            upstream.name(),
                            stopped.tools(),
                            stopped.missingScopes().isEmpty() ? "policy" : "scope",
                            stopped.missingScopes()));
        }
        if (!stopped.missingScopes().isEmpty()) {
            request.response().putHeader("WWW-Authenticate", challenge.insufficientScope(stopped.missingScopes()));
        }
        Refusal.write(request, stopped.status(), Buffer.buffer(stopped.body()));
    }

    private Inspection answers(VerifiedToken token, Holding holding) {
        return new Inspection(guard.lists(token), upstream.tools().maxInspectedBytes(), holding);
    }

    private static void noRoom(HttpServerRequest request, Holding.Room room) {
        request.response().putHeader("Retry-After", "1");
        if (room == Holding.Room.NONE_FOR_USER) {
            Refusal.write(request, 429, "too_many_requests", "too many large messages of this user are under way");
        } else {
            Refusal.write(request, 503, "overloaded", "too many large messages to this server are under way");
        }
    }

    private void fault(HttpServerRequest request, Throwable failure) {
        if (!(failure instanceof CancellationException)) {
            LOG.atError()
                    .addKeyValue("requestId", RequestId.of(request))
                    .addKeyValue("upstream", upstream.name())
                    // Its message may hold what is in the body.
                    .addKeyValue("reason", failure.getClass().getSimpleName())
                    .log("a message cannot be judged");
            Refusal.write(request, 500, "server_error", "an unexpected error happened");
        }
    }

    private static void tooLarge(HttpServerRequest request) {
        Refusal.write(request, 413, "content_too_large", "the body is larger than this server takes");
    }

    private static boolean isEncoded(HttpServerRequest request) {
        String encoding = request.getHeader("Content-Encoding");
        return encoding != null && !encoding.equalsIgnoreCase("identity");
    }

    private static long contentLength(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        return length == null ? 0 : length.length() > 18 ? Long.MAX_VALUE : Long.parseLong(length);
    }
}
