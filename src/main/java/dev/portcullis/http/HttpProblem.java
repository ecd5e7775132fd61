package dev.portcullis.http;

import java.time.Duration;
import java.util.Optional;

/** A request that cannot be served for a reason HTTP has a status for; travels in a failed future. */
public final class HttpProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String description;
    private final transient Optional<Duration> retryAfter;

    /** @param description for the person who sent the request; plain ASCII without quotes and backslashes (RFC 6749 §5.2) */
    public HttpProblem(int status, String description) {
        this(status, description, Optional.empty());
    }

    private HttpProblem(int status, String description, Optional<Duration> retryAfter) {
        super(description, null, false, false);
        this.status = status;
        this.description = description;
        this.retryAfter = retryAfter;
    }

    /** RFC 6585 §4, for a client address. */
    public static HttpProblem tooManyRequests(Duration retryAfter) {
        return tooManyRequests(retryAfter, "requests from this address");
    }

    /** @param what there are too many of */
    public static HttpProblem tooManyRequests(Duration retryAfter, String what) {
        return new HttpProblem(
                429,
                "too many " + what + ", wait " + retryAfter.toSeconds() + " s and try again",
                Optional.of(retryAfter));
    }

    public int status() {
        return status;
    }

    public String description() {
        return description;
    }

    /** Whole seconds; empty where waiting does not help. */
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
