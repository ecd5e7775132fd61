package dev.portcullis.mcp.tools;

import io.vertx.core.buffer.Buffer;

/** Holds a JSON answer back until it is whole. */
public final class JsonFilter implements AnswerFilter {
    private final ToolLists lists;
    private final int maxBytes;
    private final Buffer held = Buffer.buffer();

    public JsonFilter(ToolLists lists, int maxBytes) {
        this.lists = lists;
        this.maxBytes = maxBytes;
    }

    @Override
    public Buffer take(Buffer chunk) {
        if (held.length() + chunk.length() > maxBytes) {
            throw new TooLargeException(maxBytes);
        }
        held.appendBuffer(chunk);
        return Buffer.buffer();
    }

    @Override
    public Buffer end() {
        return Buffer.buffer(lists.filter(held.getBytes()));
    }
}
