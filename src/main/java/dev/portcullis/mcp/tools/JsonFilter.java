package dev.portcullis.mcp.tools;

import io.vertx.core.buffer.Buffer;

/** Holds a JSON answer back until it is whole. */
final class JsonFilter implements AnswerFilter {
    private final Inspection inspection;
    private final Buffer held = Buffer.buffer();

    JsonFilter(Inspection inspection) {
        this.inspection = inspection;
    }

    @Override
    public Buffer take(Buffer chunk) {
        if (held.length() + chunk.length() > inspection.maxBytes()) {
            throw TooLargeException.beyond(inspection.maxBytes());
        }
        inspection.hold(chunk.length());
        held.appendBuffer(chunk);
        return Buffer.buffer();
    }

    @Override
    public Buffer end() {
        return Buffer.buffer(inspection.lists().filter(held.getBytes()));
    }
}
