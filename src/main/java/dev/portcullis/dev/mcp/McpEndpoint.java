package dev.portcullis.dev.mcp;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one endpoint for both eras. How a request opens decides: modern requests name their revision in the body, legacy
 * ones do not (MCP 2026-07-28 versioning, "Backward Compatibility").
 */
final class McpEndpoint {
    static final String PATH = "/mcp";

    private static final Logger LOG = LoggerFactory.getLogger(McpEndpoint.class);

    private final LoopbackGuard guard;
    private final Bounds bounds;
    private final ModernEra modern;
    private final LegacyEra legacy;

    McpEndpoint(LoopbackGuard guard, Bounds bounds, ModernEra modern, LegacyEra legacy) {
        this.guard = guard;
        this.bounds = bounds;
        this.modern = modern;
        this.legacy = legacy;
    }

    void handle(HttpServerRequest request) {
        if (!PATH.equals(request.path())) {
            Answers.empty(request.response(), 404);
        } else if (!guard.admits(request)) {
            Answers.refuse(
                    request.response(),
                    Optional.empty(),
                    RpcRefusal.invalidRequest(403, "Forbidden: not this machine"));
        } else if (request.method() == HttpMethod.POST) {
            guarded(request, () -> post(request));
        } else if (request.method() == HttpMethod.GET || request.method() == HttpMethod.DELETE) {
            guarded(request, () -> getOrDelete(request));
        } else {
            Answers.notAllowed(request.response(), "GET, POST, DELETE");
        }
    }

    private void post(HttpServerRequest request) {
        if (!Headers.isJson(request.headers())) {
            throw RpcRefusal.invalidRequest(415, "Unsupported media type: the body must be application/json");
        }
        if (!Headers.accepts(request.headers(), Headers.JSON)
                && !Headers.accepts(request.headers(), Headers.EVENT_STREAM)) {
            throw RpcRefusal.invalidRequest(406, "Not acceptable: answers are JSON or an event stream");
        }
        RequestBody.read(request, bounds)
                .onSuccess(json -> guarded(request, () -> {
                    if (isModern(request, json)) {
                        modern.post(request, json);
                    } else {
                        legacy.post(request, json);
                    }
                }))
                .onFailure(failure -> {
                    if (failure instanceof RpcRefusal refusal) {
                        // What is left of the body is not worth reading.
                        request.response().putHeader("Connection", "close");
                        Answers.refuse(request.response(), Optional.empty(), refusal);
                    }
                });
    }

    private static boolean isModern(HttpServerRequest request, Object json) {
        var named = json instanceof JsonObject object
                && object.getValue("params") instanceof JsonObject params
                && params.getValue("_meta") instanceof JsonObject meta
                && meta.containsKey(RpcMessage.META_PROTOCOL_VERSION);
        return named || version(request).filter(McpEndpoint::isNotLegacy).isPresent();
    }

    private void getOrDelete(HttpServerRequest request) {
        var version = version(request);
        if (version.filter(named -> named.compareTo(ProtocolVersions.MODERN) >= 0)
                .isPresent()) {
            Answers.notAllowed(request.response(), "POST");
        } else if (version.filter(McpEndpoint::isNotLegacy).isPresent()) {
            throw RpcRefusal.unsupportedVersion(version.get());
        } else if (request.method() == HttpMethod.GET) {
            legacy.get(request);
        } else {
            legacy.delete(request);
        }
    }

    private static Optional<String> version(HttpServerRequest request) {
        return Headers.single(request.headers(), Headers.PROTOCOL_VERSION);
    }

    private static boolean isNotLegacy(String version) {
        return !ProtocolVersions.LEGACY.contains(version);
    }

    private static void guarded(HttpServerRequest request, Runnable work) {
        try {
            work.run();
        } catch (RpcRefusal refusal) {
            Answers.refuse(request.response(), Optional.empty(), refusal);
        } catch (RuntimeException bug) {
            LOG.error("a request failed", bug);
            Answers.refuse(request.response(), Optional.empty(), RpcRefusal.internalError());
        }
    }
}
