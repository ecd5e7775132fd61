package dev.portcullis.it;

/** A request got no answer, or one that tells of trouble. */
final class RequestFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String gateway;
    private final long began;
    private final long ended = System.nanoTime();

    /** @param began by the clock of {@code System.nanoTime} */
    RequestFailedException(String gateway, long began, String reason) {
        super(reason);
        this.gateway = gateway;
        this.began = began;
    }

    String gateway() {
        return gateway;
    }

    long began() {
        return began;
    }

    /** By the same clock. */
    long ended() {
        return ended;
    }

    @Override
    public String toString() {
        return gateway + ": " + getMessage();
    }
}
