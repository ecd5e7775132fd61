package dev.portcullis.crypto;

/** Keys that cannot be used; the message names the file and the remedy, and holds no key. */
public final class KeyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KeyException(String message) {
        super(message);
    }

    KeyException(String message, Throwable cause) {
        super(message, cause);
    }
}
