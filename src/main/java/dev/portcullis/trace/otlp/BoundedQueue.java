package dev.portcullis.trace.otlp;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.util.concurrent.Semaphore;

/** In front of the queue: lets in no more spans than may wait or be on their way, and counts those that stay outside. Thread-safe. */
final class BoundedQueue implements SpanProcessor {
    private final SpanProcessor batches;
    private final Semaphore room;
    private final Losses losses;

    /** @param room given back by whoever takes spans out */
    BoundedQueue(SpanProcessor batches, Semaphore room, Losses losses) {
        this.batches = batches;
        this.room = room;
        this.losses = losses;
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
        // Nothing is known of it yet.
    }

    @Override
    public boolean isStartRequired() {
        return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
        if (room.tryAcquire()) {
            batches.onEnd(span);
        } else {
            losses.queueFull();
        }
    }

    @Override
    public boolean isEndRequired() {
        return true;
    }

    @Override
    public CompletableResultCode forceFlush() {
        return batches.forceFlush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return batches.shutdown();
    }
}
