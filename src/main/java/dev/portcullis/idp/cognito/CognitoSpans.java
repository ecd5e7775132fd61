package dev.portcullis.idp.cognito;

import dev.portcullis.config.Cognito;
import dev.portcullis.trace.Span;
import dev.portcullis.trace.Tracer;
import io.vertx.core.AsyncResult;
import java.net.URI;
import java.util.Set;

/**
 * The spans of calls to Cognito: OpenTelemetry semantic conventions for HTTP clients, as far as they hold nothing that is secret. Cognito is
 * not told of the trace; it could not go on with it.
 */
final class CognitoSpans {
    // RFC 6749 §5.2. Whatever else comes as an error is not one word of a few.
    private static final Set<String> CODES = Set.of(
            "invalid_grant", "invalid_client", "unauthorized_client", "invalid_request", "unsupported_grant_type");

    private final Tracer tracer;
    private final Cognito config;
    private final URI domain;
    private final URI keys;

    CognitoSpans(Tracer tracer, Cognito config) {
        this.tracer = tracer;
        this.config = config;
        this.domain = URI.create(config.domain());
        this.keys = URI.create(config.jwksUri());
    }

    /** A call of the token endpoint. */
    Span token(String operation) {
        return begin("POST", domain, config.paths().token(), operation);
    }

    Span revocation() {
        return begin("POST", domain, config.paths().revoke(), "revoke");
    }

    Span keys() {
        return begin("GET", keys, keys.getRawPath(), "jwks");
    }

    private Span begin(String method, URI server, String path, String operation) {
        Span span = tracer.call(method, path);
        if (span.isRecording()) {
            span.put("http.request.method", method);
            span.put("url.template", path);
            span.put("url.scheme", server.getScheme());
            span.put("server.address", server.getHost());
            span.put("server.port", port(server));
            span.put("portcullis.idp.operation", operation);
        }
        return span;
    }

    private static int port(URI server) {
        return server.getPort() >= 0 ? server.getPort() : "https".equals(server.getScheme()) ? 443 : 80;
    }

    static void end(Span span, AsyncResult<?> done) {
        if (done.failed()) {
            String code = CognitoCalls.errorCode(done.cause());
            span.fail(CODES.contains(code) ? code : done.cause().getClass().getSimpleName());
        }
        span.end();
    }
}
