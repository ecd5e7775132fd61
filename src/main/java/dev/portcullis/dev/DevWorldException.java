package dev.portcullis.dev;

/** The development world could not be built; the message is one line that says what to do. */
public final class DevWorldException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DevWorldException(String message, Throwable cause) {
        super(message, cause);
    }
}
