package dev.portcullis.mcp.upstream;

/** Too many requests wait for a connection, or this one has for too long. Nothing was sent. */
public final class QueueTooLongException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    QueueTooLongException() {
        super("no connection became free", null, false, false);
    }
}
