package dev.portcullis.outage;

import java.time.Duration;

/**
 * Something the gateway depends on cannot answer now. It is never the fault of the request, so no endpoint may turn it into an error that
 * makes a client throw its registration or its tokens away: the answer is 503 with {@code Retry-After}.
 */
public final class Outage extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String dependency;
    private final Duration retryAfter;

    /**
     * @param dependency what is away, in one word: {@code redis}, {@code cognito}
     * @param reason for the log; holds no secret
     */
    public Outage(String dependency, String reason) {
        this(dependency, reason, Duration.ofSeconds(2));
    }

    public Outage(String dependency, String reason, Duration retryAfter) {
        // No stack trace: it is a value that travels in a failed future, often thousands of times a second.
        super(dependency + ": " + reason, null, false, false);
        this.dependency = dependency;
        this.retryAfter = retryAfter;
    }

    public String dependency() {
        return dependency;
    }

    /** At least one second. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
