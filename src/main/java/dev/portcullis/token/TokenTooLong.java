package dev.portcullis.token;

/** An access token that clients could not send: it is longer than {@code http.maxHeader} leaves room for. */
public final class TokenTooLong extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int bytes;
    private final int limit;

    TokenTooLong(int bytes, int limit) {
        super("an access token of " + bytes + " bytes, where " + limit + " fit http.maxHeader", null, false, false);
        this.bytes = bytes;
        this.limit = limit;
    }

    public int bytes() {
        return bytes;
    }

    public int limit() {
        return limit;
    }
}
