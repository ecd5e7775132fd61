package dev.portcullis.mcp.tools;

import io.vertx.core.buffer.Buffer;

/** Changes the body of one answer on its way. */
public interface AnswerFilter {

    /**
     * What may go on now that this chunk came; often nothing.
     *
     * @throws TooLargeException if more would have to be held back than is allowed
     */
    Buffer take(Buffer chunk);

    /** What was held back until the end. */
    Buffer end();

    /** The answer cannot be looked into, and so not be passed on. */
    final class TooLargeException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooLargeException(String reason) {
            super(reason, null, false, false);
        }

        static TooLargeException beyond(int maxBytes) {
            return new TooLargeException("more than " + maxBytes + " bytes would have to be read whole");
        }
    }
}
