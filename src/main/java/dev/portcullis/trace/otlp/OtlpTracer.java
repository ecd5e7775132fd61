package dev.portcullis.trace.otlp;

import dev.portcullis.trace.CurrentSpan;
import dev.portcullis.trace.Span;
import dev.portcullis.trace.TraceContext;
import dev.portcullis.trace.Tracer;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.Set;

/** Makes spans by the OpenTelemetry semantic conventions for HTTP. A caller's {@code tracestate} goes on to upstreams, but is not exported. */
final class OtlpTracer implements Tracer {
    // What is none of these has no name (HTTP conventions, http.request.method): clients choose it freely.
    private static final Set<String> METHODS =
            Set.of("GET", "POST", "DELETE", "OPTIONS", "HEAD", "PUT", "PATCH", "TRACE", "CONNECT");

    private final io.opentelemetry.api.trace.Tracer tracer;

    OtlpTracer(io.opentelemetry.api.trace.Tracer tracer) {
        this.tracer = tracer;
    }

    @Override
    public Span request(HttpServerRequest request, String route) {
        String method = request.method().name();
        boolean known = METHODS.contains(method);
        Optional<TraceContext> caller = TraceContext.of(request);
        io.opentelemetry.api.trace.Span span = tracer.spanBuilder(name(known ? method : "HTTP", route))
                .setParent(caller.map(OtlpTracer::remote).orElseGet(Context::root))
                .setSpanKind(SpanKind.SERVER)
                .setAttribute("http.request.method", known ? method : "_OTHER")
                .startSpan();
        if (!route.isEmpty()) {
            span.setAttribute("http.route", route);
        }
        OtlpSpan made =
                new OtlpSpan(span, place(span, caller.map(TraceContext::flags).orElse("00")));
        made.context().orElseThrow().lead(request, caller.isPresent());
        if (span.isRecording()) {
            CurrentSpan.set(made);
        }
        return made;
    }

    @Override
    public Span call(String operation, String target) {
        if (!(CurrentSpan.get() instanceof OtlpSpan parent)) {
            return Span.NONE;
        }
        io.opentelemetry.api.trace.Span span = tracer.spanBuilder(name(operation, target))
                .setParent(Context.root().with(parent.span()))
                .setSpanKind(SpanKind.CLIENT)
                .startSpan();
        return new OtlpSpan(span, place(span, parent.flags()));
    }

    private static String name(String operation, String target) {
        return target.isEmpty() ? operation : operation + " " + target;
    }

    private static Context remote(TraceContext caller) {
        return Context.root()
                .with(io.opentelemetry.api.trace.Span.wrap(SpanContext.createFromRemoteParent(
                        caller.traceId(),
                        caller.spanId(),
                        TraceFlags.fromHex(caller.flags(), 0),
                        TraceState.getDefault())));
    }

    /** The sampled flag is ours to decide; the others stay as the caller had them. */
    private static TraceContext place(io.opentelemetry.api.trace.Span span, String callersFlags) {
        SpanContext context = span.getSpanContext();
        int others =
                Integer.parseInt(callersFlags, 16) & ~TraceFlags.getSampled().asByte();
        byte flags =
                (byte) (others | (context.isSampled() ? TraceFlags.getSampled().asByte() : 0));
        return new TraceContext(
                context.getTraceId(),
                context.getSpanId(),
                TraceFlags.fromByte(flags).asHex());
    }
}
