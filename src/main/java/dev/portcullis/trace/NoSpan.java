package dev.portcullis.trace;

import java.util.Optional;

final class NoSpan implements Span {

    @Override
    public boolean isRecording() {
        return false;
    }

    @Override
    public Optional<TraceContext> context() {
        return Optional.empty();
    }

    @Override
    public void put(String key, String value) {
        // Nobody will see it.
    }

    @Override
    public void put(String key, long value) {
        // Nobody will see it.
    }

    @Override
    public void fail(String type) {
        // Nobody will see it.
    }

    @Override
    public void end() {
        // It never began.
    }
}
