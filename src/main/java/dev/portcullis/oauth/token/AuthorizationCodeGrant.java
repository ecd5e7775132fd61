package dev.portcullis.oauth.token;

import dev.portcullis.audit.AuditEvent;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.Pkce;
import dev.portcullis.oauth.grant.AuthorizationCodes;
import dev.portcullis.oauth.grant.AuthorizationCodes.Redemption;
import dev.portcullis.oauth.grant.Grant;
import dev.portcullis.oauth.grant.Revoker;
import io.vertx.core.Future;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code grant_type=authorization_code} (OAuth 2.1 §4.1.3). */
final class AuthorizationCodeGrant {
    private static final Logger LOG = LoggerFactory.getLogger(AuthorizationCodeGrant.class);

    private final GatewayConfig config;
    private final AuthorizationCodes codes;
    private final Revoker revoker;
    private final Tokens tokens;

    AuthorizationCodeGrant(GatewayConfig config, AuthorizationCodes codes, Revoker revoker, Tokens tokens) {
        this.config = config;
        this.codes = codes;
        this.revoker = revoker;
        this.tokens = tokens;
    }

    Future<TokenResponse> redeem(TokenRequest request) {
        String code = request.required("code");
        String verifier = request.required("code_verifier");
        if (!Pkce.isCodeVerifier(verifier)) {
            throw OAuthError.invalidRequest("code_verifier must be 43 to 128 unreserved characters");
        }
        AuthorizationCodes.Proof proof = new AuthorizationCodes.Proof(
                request.client().id(),
                request.form().get("redirect_uri"),
                Pkce.codeChallenge(verifier),
                request.form().all("resource"));
        return codes.redeem(code, proof, lifetime(request)).compose(outcome -> answer(request, outcome));
    }

    /** A grant that cannot be refreshed is over with its access token. */
    private Duration lifetime(TokenRequest request) {
        return request.client().mayRefresh()
                ? config.refresh().lifetime()
                : config.tokens().accessTokenTtl();
    }

    private Future<TokenResponse> answer(TokenRequest request, Redemption outcome) {
        if (outcome instanceof Redemption.Redeemed redeemed) {
            Grant grant = redeemed.grant();
            request.asker().brings(grant);
            if (tokens.isOver(grant)) {
                request.trail().record(new AuditEvent.Revoked("provider", grant.access()));
                return revoker.revoke(grant)
                        .compose(revoked -> refused("the sign-in is over already, it was kept waiting for too long"));
            }
            TokenResponse response = tokens.issue(grant, request.client(), 0, grant.scopes());
            request.trail()
                    .record(new AuditEvent.TokenIssued(
                            grant.access(), grant.scopes().tokens()));
            return Future.succeededFuture(response);
        }
        if (outcome instanceof Redemption.Replayed replayed) {
            // OAuth 2.1 §4.1.3: two parties hold the code and its verifier; nothing issued from it can be trusted.
            LOG.atWarn()
                    .addKeyValue("grant", replayed.grantId())
                    .log("authorization code used twice, the grant is revoked");
            request.asker().brings(replayed.grantId());
            return revoker.revoke(replayed.grantId())
                    .onSuccess(ended -> ended.ifPresent(request.asker()::brings))
                    .onComplete(ended -> request.trail()
                            .record(new AuditEvent.Reuse(
                                    "authorization_code", request.asker().access())))
                    .compose(revoked -> refused("the authorization code was used before"));
        }
        if (outcome instanceof Redemption.Mismatch mismatch) {
            return Future.failedFuture(mismatch.error());
        }
        return refused("the authorization code is not known or has expired");
    }

    private static Future<TokenResponse> refused(String description) {
        return Future.failedFuture(OAuthError.invalidGrant(description));
    }
}
