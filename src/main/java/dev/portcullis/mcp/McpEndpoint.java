package dev.portcullis.mcp;

import dev.portcullis.audit.AuditLog;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.http.Silences;
import dev.portcullis.http.Visit;
import dev.portcullis.mcp.tools.Holding;
import dev.portcullis.mcp.upstream.Upstream;
import dev.portcullis.mcp.upstream.UpstreamMetrics;
import dev.portcullis.token.AccessTokenVerifier;
import dev.portcullis.token.ProbeTokens;
import dev.portcullis.token.UserAssertions;
import dev.portcullis.token.VerifiedToken;
import dev.portcullis.trace.Tracer;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/** {@code /{name}/mcp}: one MCP server as clients see it. */
public final class McpEndpoint {
    private static final Set<HttpMethod> METHODS =
            Set.of(HttpMethod.POST, HttpMethod.GET, HttpMethod.DELETE, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private final GatewayConfig.Upstream upstream;
    private final OriginGuard origins;
    private final BearerAuthentication bearer;
    private final Challenge challenge;
    private final Admission admission;
    private final Relay relay;
    private final Optional<ToolGate> gate;

    /** @param instances of the verticle, which share the connections to the upstream */
    public McpEndpoint(
            Vertx vertx,
            GatewayConfig config,
            GatewayConfig.Upstream upstream,
            AccessTokenVerifier verifier,
            Admissions admissions,
            OpenStreams streams,
            StreamOpenings openings,
            UpstreamMetrics metrics,
            Tracer tracer,
            AuditLog audit,
            Sealer sealer,
            UserAssertions assertions,
            InstantSource clock,
            int instances) {
        this.upstream = upstream;
        this.origins = new OriginGuard(config, upstream);
        this.bearer = new BearerAuthentication(
                verifier, audit, new Probe(vertx, config.http(), upstream, new ProbeTokens(sealer, clock), clock));
        this.admission = admissions.of(upstream);
        this.challenge = new Challenge(upstream);
        this.relay = new Relay(
                vertx,
                new Upstream(vertx, upstream, metrics, tracer, instances),
                new HeaderPolicy(config, upstream, assertions),
                new SessionIds(sealer, upstream.name()),
                new StepUp(upstream, challenge),
                new Silences(vertx),
                upstream.limits().maxBodyBytes(),
                streams,
                openings);
        this.gate = upstream.tools().isEmpty()
                ? Optional.empty()
                : Optional.of(new ToolGate(upstream, challenge, relay, audit));
    }

    /** Whether it is what this configuration describes. */
    boolean serves(GatewayConfig.Upstream configured) {
        return upstream.equals(configured);
    }

    /** Nothing new will come. */
    void retire() {
        relay.retire();
    }

    public void handle(HttpServerRequest request, Visit visit) {
        // Nothing of the body is read before the token is found good, and nothing of it is lost while that is found
        // out.
        request.pause();
        MethodName.describe(request, visit.span());
        if (!origins.admit(request)) {
            return;
        }
        if (!METHODS.contains(request.method())) {
            // Above all not TRACE, which would answer with what the upstream is told about the user.
            request.response().putHeader("Allow", OriginGuard.METHODS);
            Refusal.write(request, 405, "method_not_allowed", "MCP uses POST, GET and DELETE");
            return;
        }
        if (request.method().equals(HttpMethod.OPTIONS)) {
            origins.preflight(request);
            return;
        }
        bearer.authenticate(visit, upstream, challenge).onSuccess(token -> admit(request, visit, token));
    }

    private void admit(HttpServerRequest request, Visit visit, VerifiedToken token) {
        Admission.Verdict verdict = admission.enter(token.user().subject(), Era.isStream(request));
        if (verdict instanceof Admission.Refused refused) {
            request.response()
                    .putHeader(
                            "Retry-After",
                            String.valueOf(
                                    1 + refused.retryAfter().minusNanos(1).toSeconds()));
            Refusal.write(request, refused.status(), "too_many_requests", refused.reason());
        } else if (verdict instanceof Admission.Admitted admitted) {
            visit.onEnd(admitted::leave);
            if (gate.isPresent()) {
                Holding holding = admitted.holding();
                visit.onEnd(holding::end);
                gate.get().relay(request, token, holding);
            } else {
                relay.relay(request, token, Passage.PLAIN);
            }
        }
    }
}
