package dev.portcullis.oauth;

import dev.portcullis.http.HttpProblem;
import dev.portcullis.outage.Outage;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/**
 * An error of the protocol: a code that an RFC defines, a public description, a private cause. A value that travels in failed futures;
 * {@link OAuthErrors} is where it becomes an answer.
 */
public final class OAuthError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Code code;
    private final String description;

    /** The codes in use, with the status their endpoint answers. */
    public enum Code {
        // RFC 6749 §4.1.2.1 and §5.2
        INVALID_REQUEST("invalid_request", 400),
        INVALID_CLIENT("invalid_client", 401),
        INVALID_GRANT("invalid_grant", 400),
        UNAUTHORIZED_CLIENT("unauthorized_client", 400),
        UNSUPPORTED_GRANT_TYPE("unsupported_grant_type", 400),
        UNSUPPORTED_RESPONSE_TYPE("unsupported_response_type", 400),
        INVALID_SCOPE("invalid_scope", 400),
        ACCESS_DENIED("access_denied", 403),
        SERVER_ERROR("server_error", 500),
        TEMPORARILY_UNAVAILABLE("temporarily_unavailable", 503),
        // OpenID Connect Core §3.1.2.6
        LOGIN_REQUIRED("login_required", 400),
        CONSENT_REQUIRED("consent_required", 400),
        // RFC 8707 §2
        INVALID_TARGET("invalid_target", 400),
        // RFC 7591 §3.2.2
        INVALID_REDIRECT_URI("invalid_redirect_uri", 400),
        INVALID_CLIENT_METADATA("invalid_client_metadata", 400);

        private final String value;
        private final int status;

        Code(String value, int status) {
            this.value = value;
            this.status = status;
        }

        /** As the RFC spells it. */
        public String value() {
            return value;
        }

        public int status() {
            return status;
        }
    }

    /** @param description for the developer of the client; what is reflected in it is made harmless by {@link #description()} */
    public OAuthError(Code code, String description) {
        super(code.value() + ": " + description, null, false, false);
        this.code = code;
        this.description = description;
    }

    public static OAuthError invalidRequest(String description) {
        return new OAuthError(Code.INVALID_REQUEST, description);
    }

    public static OAuthError invalidGrant(String description) {
        return new OAuthError(Code.INVALID_GRANT, description);
    }

    /** What the failure of a step means to the client; an outage is never the client's fault. */
    public static OAuthError of(Throwable failure) {
        if (failure instanceof OAuthError error) {
            return error;
        }
        if (failure instanceof Outage) {
            return new OAuthError(
                    Code.TEMPORARILY_UNAVAILABLE, "a service the login depends on is not available, try again");
        }
        if (failure instanceof HttpProblem problem) {
            // A client that came too often did nothing invalid: it must not start anew, only later.
            return new OAuthError(
                    problem.retryAfter().isPresent() ? Code.TEMPORARILY_UNAVAILABLE : Code.INVALID_REQUEST,
                    problem.description());
        }
        return new OAuthError(Code.SERVER_ERROR, "an unexpected error happened");
    }

    public Code code() {
        return code;
    }

    /** Only the characters that RFC 6749 §5.2 allows: printable ASCII without quote and backslash; at most 300. */
    public String description() {
        StringBuilder safe = new StringBuilder();
        description
                .chars()
                .limit(300)
                .forEach(c -> safe.append(c < 0x20 || c > 0x7E || c == '"' || c == '\\' ? '?' : (char) c));
        return safe.toString();
    }

    public JsonObject toJson() {
        return new JsonObject().put("error", code.value()).put("error_description", description());
    }

    /** The seconds a client should wait, where waiting helps. */
    public static Optional<Long> retryAfterSeconds(Throwable failure) {
        if (failure instanceof HttpProblem problem) {
            return problem.retryAfter().map(wait -> Math.max(1, wait.toSeconds()));
        }
        return failure instanceof Outage outage
                ? Optional.of(Math.max(1, outage.retryAfter().toSeconds()))
                : Optional.empty();
    }
}
