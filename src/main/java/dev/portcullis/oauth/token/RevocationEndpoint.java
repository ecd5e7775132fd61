package dev.portcullis.oauth.token;

import dev.portcullis.audit.Access;
import dev.portcullis.audit.AuditEvent;
import dev.portcullis.audit.AuditLog;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.Authenticator;
import dev.portcullis.http.Cors;
import dev.portcullis.http.Parameters;
import dev.portcullis.http.RequestBody;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthErrors;
import dev.portcullis.oauth.client.Client;
import dev.portcullis.oauth.client.ClientAuthenticator;
import dev.portcullis.oauth.grant.Grant;
import dev.portcullis.oauth.grant.Grants;
import dev.portcullis.oauth.grant.RefreshToken;
import dev.portcullis.oauth.grant.Revoker;
import dev.portcullis.token.AccessTokenVerifier;
import dev.portcullis.token.TokenOwner;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/**
 * {@code POST /revoke} (RFC 7009). Either kind of token ends its whole grant, as §2.1 allows: a client that logs out is done with both. What
 * kind it is can be seen from the token itself, so {@code token_type_hint} has nothing to add, whether it is right, wrong or unknown.
 */
public final class RevocationEndpoint {
    private final RequestBody body;
    private final ClientAuthenticator clients;
    private final Authenticator macs;
    private final AccessTokenVerifier accessTokens;
    private final Grants grants;
    private final Revoker revoker;
    private final AuditLog audit;

    public RevocationEndpoint(
            GatewayConfig config,
            ClientAuthenticator clients,
            Authenticator macs,
            AccessTokenVerifier accessTokens,
            Grants grants,
            Revoker revoker,
            AuditLog audit) {
        this.body = new RequestBody(config.http().maxFormBytes());
        this.clients = clients;
        this.macs = macs;
        this.accessTokens = accessTokens;
        this.grants = grants;
        this.revoker = revoker;
        this.audit = audit;
    }

    public void handle(HttpServerRequest request) {
        Cors.open(request);
        body.form(request)
                .compose(form -> revoke(request, form))
                .onSuccess(revoked -> request.response()
                        .putHeader("Cache-Control", "no-store")
                        .end())
                .onFailure(failure -> OAuthErrors.write(request, failure));
    }

    private Future<Void> revoke(HttpServerRequest request, Parameters form) {
        form.repeated("").ifPresent(name -> {
            throw OAuthError.invalidRequest("a parameter came more than once");
        });
        return clients.authenticate(request, form).compose(client -> revoke(audit.of(request), client, form));
    }

    private Future<Void> revoke(AuditLog.Trail trail, Client client, Parameters form) {
        String token = form.get("token").orElseThrow(() -> OAuthError.invalidRequest("token is missing"));
        return owner(token).compose(owner -> {
            // RFC 7009 §2.2: what is not known, or not any more, is as good as revoked.
            if (owner.isEmpty()) {
                return Future.succeededFuture();
            }
            if (!owner.get().clientId().equals(client.id())) {
                return Future.failedFuture(OAuthError.invalidGrant("the token was issued to another client"));
            }
            String grantId = owner.get().grantId();
            return revoker.revoke(grantId)
                    .onSuccess(ended -> trail.record(new AuditEvent.Revoked(
                            "client",
                            ended.map(Grant::access)
                                    .orElse(Access.nothingKnown().grant(grantId).client(client.id())))))
                    .mapEmpty();
        });
    }

    private Future<Optional<TokenOwner>> owner(String token) {
        Optional<RefreshToken> refreshToken = RefreshToken.decode(token, macs);
        return refreshToken.isEmpty()
                ? accessTokens.owner(token)
                : grants.find(refreshToken.get().grantId())
                        .map(found -> found.map(grant -> new TokenOwner(grant.id(), grant.clientId())));
    }
}
