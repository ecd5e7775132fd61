package dev.portcullis.trace.otlp;

import io.opentelemetry.exporter.internal.FailedExportException;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Counts what becomes of the spans that are sent, and makes room for others after it. */
final class CountedExporter implements SpanExporter {
    private final SpanExporter exporter;
    private final Semaphore room;
    private final Losses losses;

    CountedExporter(SpanExporter exporter, Semaphore room, Losses losses) {
        this.exporter = exporter;
        this.room = room;
        this.losses = losses;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        // The collection is used again for the next batch.
        int count = spans.size();
        CompletableResultCode result = exporter.export(spans);
        return result.whenComplete(() -> {
            room.release(count);
            if (result.isSuccess()) {
                losses.exported(count);
            } else {
                losses.exportFailed(count, reason(result.getFailureThrowable()));
            }
        });
    }

    private static String reason(@Nullable Throwable failure) {
        if (failure instanceof FailedExportException.HttpExportException http && http.failedWithResponse()) {
            return "the collector answered status " + http.getResponse().getStatusCode();
        }
        Throwable cause = failure == null || failure.getCause() == null ? failure : failure.getCause();
        return "no answer of the collector, "
                + (cause == null ? "unknown" : cause.getClass().getSimpleName());
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return exporter.shutdown();
    }
}
