package dev.portcullis.dev.redis;

/** No Redis could be started; the message says why and what to do. */
public final class LocalRedisException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LocalRedisException(String message) {
        super(message);
    }

    LocalRedisException(String message, Throwable cause) {
        super(message, cause);
    }
}
