package dev.portcullis.mcp;

import dev.portcullis.audit.Access;
import dev.portcullis.audit.AuditEvent;
import dev.portcullis.audit.AuditLog;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.http.RequestId;
import dev.portcullis.http.Visit;
import dev.portcullis.outage.Outage;
import dev.portcullis.token.AccessTokenVerifier;
import dev.portcullis.token.TokenRefused;
import dev.portcullis.token.VerifiedToken;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every request of every method brings its token in the {@code Authorization} header, and nowhere else (MCP 2026-07-28 authorization "Access
 * Token Usage", RFC 6750 §2.1). Answers the request itself where it may not pass.
 */
final class BearerAuthentication {
    private static final Logger LOG = LoggerFactory.getLogger(BearerAuthentication.class);
    private static final String SCHEME = "Bearer ";

    private final AccessTokenVerifier verifier;
    private final AuditLog audit;
    private final Probe probe;

    /** @param probe answers what it knows instead */
    BearerAuthentication(AccessTokenVerifier verifier, AuditLog audit, Probe probe) {
        this.verifier = verifier;
        this.audit = audit;
        this.probe = probe;
    }

    /** Fails after the request was answered. */
    Future<VerifiedToken> authenticate(Visit visit, GatewayConfig.Upstream upstream, Challenge challenge) {
        HttpServerRequest request = visit.request();
        List<String> headers = request.headers().getAll("Authorization");
        if (headers.size() > 1) {
            // Two credentials are a malformed request (RFC 6750 §3.1), and which one counts must not be a matter of
            // taste.
            return refuse(
                    request,
                    400,
                    challenge.invalidRequest("more than one Authorization header"),
                    "invalid_request",
                    "more than one Authorization header");
        }
        if (headers.isEmpty() || !isBearer(headers.get(0))) {
            if (!headers.isEmpty() && probe.answers(visit, headers.get(0))) {
                return Future.failedFuture(new TokenRefused("a probe"));
            }
            return refuse(request, 401, challenge.missing(), "unauthorized", "an access token is needed");
        }
        // Nobody else may see it, and a stream that stays open for hours need not keep its kilobytes.
        request.headers().remove("Authorization");
        return verifier.verify(headers.get(0).substring(SCHEME.length()).trim(), upstream.resource())
                .onFailure(failure -> refuse(request, challenge, failure))
                .compose(token -> token.scopes().containsAll(upstream.scopes())
                        ? Future.succeededFuture(token)
                        : lacking(request, upstream, challenge, token));
    }

    private Future<VerifiedToken> lacking(
            HttpServerRequest request, GatewayConfig.Upstream upstream, Challenge challenge, VerifiedToken token) {
        audit.of(request)
                .record(new AuditEvent.CallDenied(
                        access(token), upstream.name(), List.of(), "scope", upstream.scopes()));
        return refuse(request, 403, challenge.insufficientScope(), "insufficient_scope", "a scope is missing");
    }

    /** For the audit log. */
    static Access access(VerifiedToken token) {
        return Access.nothingKnown()
                .grant(token.grantId())
                .user(token.user().subject())
                .client(token.clientId())
                .resource(token.resource());
    }

    private static boolean isBearer(String header) {
        return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    private static void refuse(HttpServerRequest request, Challenge challenge, Throwable failure) {
        if (failure instanceof TokenRefused refused) {
            refuse(request, 401, challenge.invalidToken(refused.reason()), "invalid_token", refused.reason());
        } else if (failure instanceof Outage outage) {
            request.response()
                    .putHeader(
                            "Retry-After",
                            String.valueOf(Math.max(1, outage.retryAfter().toSeconds())));
            Refusal.write(request, 503, "temporarily_unavailable", "tokens cannot be checked right now");
        } else {
            LOG.atError()
                    .addKeyValue("requestId", RequestId.of(request))
                    .setCause(failure)
                    .log("a token cannot be checked");
            Refusal.write(request, 500, "server_error", "an unexpected error happened");
        }
    }

    private static Future<VerifiedToken> refuse(
            HttpServerRequest request, int status, String challenge, String error, String description) {
        request.response().putHeader("WWW-Authenticate", challenge);
        Refusal.write(request, status, error, description);
        return Future.failedFuture(new TokenRefused(description));
    }
}
