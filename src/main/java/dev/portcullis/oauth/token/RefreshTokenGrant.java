package dev.portcullis.oauth.token;

import dev.portcullis.audit.AuditEvent;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.Authenticator;
import dev.portcullis.http.HttpProblem;
import dev.portcullis.idp.IdentityProvider;
import dev.portcullis.idp.IdpRefused;
import dev.portcullis.idp.IdpTokens;
import dev.portcullis.idp.UnverifiedTokens;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.Scopes;
import dev.portcullis.oauth.grant.Grant;
import dev.portcullis.oauth.grant.Grants;
import dev.portcullis.oauth.grant.Grants.Claim;
import dev.portcullis.oauth.grant.RefreshToken;
import dev.portcullis.oauth.grant.Revoker;
import dev.portcullis.oauth.limit.IdpBudget;
import dev.portcullis.outage.Outage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code grant_type=refresh_token} (OAuth 2.1 §4.3). Parallel refreshes of one grant, on whatever replicas, make one call to Cognito; its new
 * tokens are stored before anything else can fail. Trouble on the way leaves the old refresh token good.
 */
final class RefreshTokenGrant {
    private static final Logger LOG = LoggerFactory.getLogger(RefreshTokenGrant.class);
    private static final long POLL_MS = 40;
    private static final Duration SLACK = Duration.ofMillis(300);

    private final Vertx vertx;
    private final GatewayConfig config;
    private final Authenticator authenticator;
    private final Grants grants;
    private final Revoker revoker;
    private final IdentityProvider idp;
    private final IdpBudget budget;
    private final Tokens tokens;
    private final InstantSource clock;

    RefreshTokenGrant(
            Vertx vertx,
            GatewayConfig config,
            Authenticator authenticator,
            Grants grants,
            Revoker revoker,
            IdentityProvider idp,
            IdpBudget budget,
            Tokens tokens,
            InstantSource clock) {
        this.vertx = vertx;
        this.config = config;
        this.authenticator = authenticator;
        this.grants = grants;
        this.revoker = revoker;
        this.idp = idp;
        this.budget = budget;
        this.tokens = tokens;
        this.clock = clock;
    }

    Future<TokenResponse> refresh(TokenRequest request) {
        if (!request.client().mayRefresh()) {
            // It would get no successor, and be taken for a thief when it came again with the old one.
            throw new OAuthError(
                    OAuthError.Code.UNAUTHORIZED_CLIENT, "this client is not registered for grant_type refresh_token");
        }
        RefreshToken token = RefreshToken.decode(request.required("refresh_token"), authenticator)
                .orElseThrow(() -> OAuthError.invalidGrant("the refresh token is not one of this server"));
        request.asker().brings(token.grantId());
        // The client's other parameters are checked against the grant before anything of it changes.
        return grants.find(token.grantId())
                .map(found -> found.orElseThrow(RefreshTokenGrant::over))
                .map(grant -> scopes(request, grant))
                .compose(scopes -> refresh(
                        request,
                        token,
                        scopes,
                        clock.instant().plus(config.refresh().patience())))
                // Whatever several slow steps add up to: the client is told in time, and what is under way is finished
                // and stored, so that it finds the successor when it comes back.
                .timeout(config.cognito().timeout().plus(SLACK).toMillis(), TimeUnit.MILLISECONDS)
                .recover(failure -> Future.failedFuture(
                        failure instanceof TimeoutException
                                ? new Outage("cognito", "a refresh takes too long")
                                : failure));
    }

    private static Scopes scopes(TokenRequest request, Grant grant) {
        request.asker().brings(grant);
        if (!grant.clientId().equals(request.client().id())) {
            throw OAuthError.invalidGrant("the refresh token was issued to another client");
        }
        request.requireResource(grant.resource());
        Scopes requested = Scopes.parse(request.form().get("scope").orElse(""))
                .orElseThrow(() ->
                        new OAuthError(OAuthError.Code.INVALID_SCOPE, "scope holds characters no scope may have"));
        // Narrowed like an authorization request: clients repeat scopes they were never granted.
        Scopes narrowed = grant.scopes().intersect(requested.tokens());
        return narrowed.isEmpty() ? grant.scopes() : narrowed;
    }

    private Future<TokenResponse> refresh(TokenRequest request, RefreshToken token, Scopes scopes, Instant deadline) {
        return grants.claim(token).compose(claim -> {
            if (claim instanceof Claim.Leased leased) {
                return renew(request, leased)
                        .map(grant -> issue(request, grant, true, leased.generation() + 1, scopes));
            }
            if (claim instanceof Claim.Current current) {
                return Future.succeededFuture(issue(request, current.grant(), false, current.generation(), scopes));
            }
            if (claim instanceof Claim.Busy) {
                return clock.instant().isBefore(deadline)
                        ? pause().compose(waited -> refresh(request, token, scopes, deadline))
                        : Future.failedFuture(new Outage("cognito", "another refresh of this grant takes too long"));
            }
            if (claim instanceof Claim.Throttled throttled) {
                return Future.failedFuture(HttpProblem.tooManyRequests(
                        Duration.ofSeconds(
                                throttled.retryAfter().plusMillis(999).toSeconds()),
                        "refreshes of one sign-in"));
            }
            if (claim instanceof Claim.Reused reused) {
                LOG.atWarn()
                        .addKeyValue("grant", token.grantId())
                        .log("old refresh token used again, the grant is revoked");
                request.trail()
                        .record(new AuditEvent.Reuse(
                                "refresh_token", reused.grant().access()));
                return revoker.revoke(reused.grant())
                        .compose(ended -> Future.failedFuture(OAuthError.invalidGrant(
                                "the refresh token was replaced long ago; the sign-in was ended for safety")));
            }
            return Future.failedFuture(over());
        });
    }

    private TokenResponse issue(TokenRequest request, Grant grant, boolean renewed, long generation, Scopes scopes) {
        TokenResponse response = tokens.issue(grant, request.client(), generation, scopes);
        request.trail().record(new AuditEvent.Refreshed(grant.access(), renewed, generation));
        return response;
    }

    private Future<Grant> renew(TokenRequest request, Claim.Leased claim) {
        Instant latest = clock.instant()
                .plus(config.refresh().patienceWithIdp(config.cognito().timeout()));
        return budget.turn()
                .compose(mayGo -> idpRefresh(claim.grant(), latest))
                .recover(failure -> withoutNewTokens(request, claim, failure))
                .compose(fresh -> grants.rotate(claim, fresh));
    }

    private Future<IdpTokens> withoutNewTokens(TokenRequest request, Claim.Leased claim, Throwable failure) {
        if (failure instanceof IdpRefused) {
            return end(request, claim.grant())
                    .compose(ended ->
                            Future.failedFuture(OAuthError.invalidGrant("the sign-in has ended, sign in again")));
        }
        Optional<String> replaced =
                failure instanceof UnverifiedTokens unverified ? unverified.refreshToken() : Optional.empty();
        // Best effort: an unreleased lease runs out by itself.
        return replaced.map(token -> grants.retain(claim, token))
                .orElseGet(() -> grants.release(claim))
                .transform(over -> Future.failedFuture(
                        failure instanceof UnverifiedTokens
                                ? new Outage("cognito", "issued a token that does not verify, " + failure.getMessage())
                                : failure));
    }

    private Future<Void> end(TokenRequest request, Grant grant) {
        request.trail().record(new AuditEvent.Revoked("provider", grant.access()));
        return revoker.revoke(grant);
    }

    /** The newest token first; the sign-in's own one where a refresh that got lost took the newest with it. */
    private Future<IdpTokens> idpRefresh(Grant grant, Instant latest) {
        if (grant.idpRefreshToken().isEmpty()) {
            return Future.failedFuture(new IdpRefused("Cognito gave no refresh token"));
        }
        Optional<String> original = grant.originalIdpRefreshToken()
                .filter(token -> !grant.idpRefreshToken().equals(Optional.of(token)));
        return idp.refresh(grant.idpRefreshToken().get(), until(latest))
                .recover(failure -> failure instanceof IdpRefused && original.isPresent()
                        ? idp.refresh(original.get(), until(latest))
                        : Future.failedFuture(failure));
    }

    private Duration until(Instant latest) {
        Duration left = Duration.between(clock.instant(), latest);
        return left.toMillis() < 1 ? Duration.ofMillis(1) : left;
    }

    private Future<Void> pause() {
        return vertx.timer(POLL_MS + ThreadLocalRandom.current().nextLong(POLL_MS), TimeUnit.MILLISECONDS)
                .mapEmpty();
    }

    private static OAuthError over() {
        return OAuthError.invalidGrant("the refresh token has expired or was revoked, sign in again");
    }
}
