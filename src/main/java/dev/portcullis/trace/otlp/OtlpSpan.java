package dev.portcullis.trace.otlp;

import dev.portcullis.trace.Span;
import dev.portcullis.trace.TraceContext;
import io.opentelemetry.api.trace.StatusCode;
import java.util.Optional;

/** One that is recorded, or at least has its place in a trace. */
final class OtlpSpan implements Span {
    private final io.opentelemetry.api.trace.Span span;
    private final TraceContext context;

    OtlpSpan(io.opentelemetry.api.trace.Span span, TraceContext context) {
        this.span = span;
        this.context = context;
    }

    io.opentelemetry.api.trace.Span span() {
        return span;
    }

    String flags() {
        return context.flags();
    }

    @Override
    public boolean isRecording() {
        return span.isRecording();
    }

    @Override
    public Optional<TraceContext> context() {
        return Optional.of(context);
    }

    @Override
    public void put(String key, String value) {
        span.setAttribute(key, value);
    }

    @Override
    public void put(String key, long value) {
        span.setAttribute(key, value);
    }

    @Override
    public void fail(String type) {
        span.setStatus(StatusCode.ERROR);
        span.setAttribute("error.type", type);
    }

    @Override
    public void end() {
        span.end();
    }
}
