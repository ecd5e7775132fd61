package dev.portcullis.oauth;

import dev.portcullis.http.Answers;
import dev.portcullis.http.HttpProblem;
import dev.portcullis.http.RequestId;
import dev.portcullis.outage.Outage;
import io.vertx.core.http.HttpServerRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where the failure of a JSON endpoint becomes an answer (RFC 6749 §5.2). */
public final class OAuthErrors {
    private static final Logger LOG = LoggerFactory.getLogger(OAuthErrors.class);

    private OAuthErrors() {}

    public static void write(HttpServerRequest request, Throwable failure) {
        log(request, failure);
        if (request.response().headWritten()) {
            return;
        }
        OAuthError error = OAuthError.of(failure);
        OAuthError.retryAfterSeconds(failure)
                .ifPresent(seconds -> request.response().putHeader("Retry-After", String.valueOf(seconds)));
        if (error.code() == OAuthError.Code.INVALID_CLIENT && request.getHeader("Authorization") != null) {
            // RFC 6749 §5.2: the scheme the client used.
            request.response().putHeader("WWW-Authenticate", "Basic realm=\"token endpoint\"");
        }
        Answers.json(request, status(failure), error.toJson());
    }

    /** Writes down what happened; the request's own values are never part of it. */
    public static void log(HttpServerRequest request, Throwable failure) {
        var event = failure instanceof OAuthError || failure instanceof HttpProblem
                ? LOG.atInfo()
                : failure instanceof Outage ? LOG.atWarn() : LOG.atError().setCause(failure);
        event.addKeyValue("requestId", RequestId.of(request))
                .addKeyValue("path", request.path())
                .addKeyValue("error", OAuthError.of(failure).code().value())
                .addKeyValue(
                        "reason",
                        failure instanceof Outage
                                ? failure.getMessage()
                                : OAuthError.of(failure).description())
                .log("request refused");
    }

    /** The status that a failure is answered with. */
    public static int status(Throwable failure) {
        return failure instanceof HttpProblem problem
                ? problem.status()
                : OAuthError.of(failure).code().status();
    }
}
