package dev.portcullis.oauth.token;

import dev.portcullis.audit.AuditEvent;
import dev.portcullis.audit.AuditLog;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.Authenticator;
import dev.portcullis.http.Answers;
import dev.portcullis.http.Cors;
import dev.portcullis.http.Parameters;
import dev.portcullis.http.RequestBody;
import dev.portcullis.idp.IdentityProvider;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthErrors;
import dev.portcullis.oauth.client.ClientAuthenticator;
import dev.portcullis.oauth.grant.AuthorizationCodes;
import dev.portcullis.oauth.grant.Grants;
import dev.portcullis.oauth.grant.Revoker;
import dev.portcullis.oauth.limit.IdpBudget;
import dev.portcullis.outage.Outage;
import dev.portcullis.token.AccessTokenIssuer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Function;

/** {@code POST /token} (OAuth 2.1 §3.2): authenticates the client, then leaves the request to its grant type. */
public final class TokenEndpoint {
    private final RequestBody body;
    private final ClientAuthenticator authenticator;
    private final AuditLog audit;
    private final Map<String, Function<TokenRequest, Future<TokenResponse>>> grantTypes;

    public TokenEndpoint(
            Vertx vertx,
            GatewayConfig config,
            ClientAuthenticator clientAuthenticator,
            Authenticator macs,
            AccessTokenIssuer issuer,
            AuthorizationCodes codes,
            Grants grants,
            Revoker revoker,
            IdentityProvider idp,
            IdpBudget budget,
            AuditLog audit,
            InstantSource clock) {
        this.body = new RequestBody(config.http().maxFormBytes());
        this.authenticator = clientAuthenticator;
        this.audit = audit;
        Tokens tokens = new Tokens(issuer, macs);
        this.grantTypes = Map.of(
                "authorization_code", new AuthorizationCodeGrant(config, codes, revoker, tokens)::redeem,
                "refresh_token",
                        new RefreshTokenGrant(vertx, config, macs, grants, revoker, idp, budget, tokens, clock)
                                ::refresh);
    }

    public void handle(HttpServerRequest request) {
        Cors.open(request);
        body.form(request)
                .compose(form -> answer(request, form))
                .onSuccess(response -> Answers.json(request, 200, response.toJson()))
                .onFailure(failure -> OAuthErrors.write(request, failure));
    }

    private Future<TokenResponse> answer(HttpServerRequest request, Parameters form) {
        form.repeated("resource").ifPresent(name -> {
            throw OAuthError.invalidRequest("a parameter came more than once");
        });
        String grantType = form.get("grant_type").orElseThrow(() -> OAuthError.invalidRequest("grant_type is missing"));
        Function<TokenRequest, Future<TokenResponse>> grant = grantTypes.get(grantType);
        if (grant == null) {
            throw new OAuthError(
                    OAuthError.Code.UNSUPPORTED_GRANT_TYPE, "grant_type must be authorization_code or refresh_token");
        }
        AuditLog.Trail trail = audit.of(request);
        Asker asker = new Asker(ClientAuthenticator.claimed(request, form));
        return Future.succeededFuture()
                .compose(begun -> authenticator.authenticate(request, form))
                .onSuccess(asker::is)
                .compose(client -> grant.apply(new TokenRequest(client, form, asker, trail)))
                .onFailure(failure -> trail.record(refused(grantType, asker, failure)));
    }

    private static AuditEvent refused(String grantType, Asker asker, Throwable failure) {
        return new AuditEvent.TokenRefused(
                grantType.equals("refresh_token") ? "refresh" : "token",
                asker.access(),
                failure instanceof Outage,
                OAuthError.of(failure).description());
    }
}
