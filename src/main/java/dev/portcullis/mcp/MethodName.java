package dev.portcullis.mcp;

import dev.portcullis.trace.Span;
import io.vertx.core.http.HttpServerRequest;
import java.util.regex.Pattern;

/**
 * What a span says about the message of a request, as far as a header repeats it (MCP 2026-07-28 transports, "Request Metadata"): no body is
 * read for that. By the OpenTelemetry semantic conventions for MCP.
 */
final class MethodName {
    // What methods look like, extensions' too. Neither a token nor an e-mail address does.
    private static final Pattern METHOD = Pattern.compile("(?=.{1,64}$)[a-z]{1,24}(?:/[a-zA-Z_]{1,24}){0,3}");

    private MethodName() {}

    static void describe(HttpServerRequest request, Span span) {
        if (span.isRecording()) {
            String method = request.getHeader("Mcp-Method");
            if (method != null) {
                span.put("mcp.method.name", METHOD.matcher(method).matches() ? method : "_OTHER");
            }
        }
    }
}
