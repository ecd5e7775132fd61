package dev.portcullis.http;

/** A request that cannot be served for a reason HTTP has a status for; travels in a failed future. */
public final class HttpProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String description;

    /** @param description for the person who sent the request; plain ASCII without quotes and backslashes (RFC 6749 §5.2) */
    public HttpProblem(int status, String description) {
        super(description, null, false, false);
        this.status = status;
        this.description = description;
    }

    public int status() {
        return status;
    }

    public String description() {
        return description;
    }
}
