package dev.portcullis.dev.cognito;

import com.nimbusds.jwt.SignedJWT;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.text.ParseException;
import java.util.Optional;

/**
 * {@code POST /oauth2/revoke} (Cognito developer guide, revocation-endpoint): refresh tokens only, and a 200 proves nothing,
 * because garbage and another client's tokens get one too.
 */
final class RevokeEndpoint {
    private final PoolState state;
    private final ClientAuthentication authentication;

    RevokeEndpoint(PoolState state, ClientAuthentication authentication) {
        this.state = state;
        this.authentication = authentication;
    }

    void handle(RoutingContext ctx) {
        Reply.neverCache(ctx);
        if (!HttpMethod.POST.equals(ctx.request().method())) {
            Reply.empty(ctx, 405);
            return;
        }
        try {
            revoke(ctx);
            Reply.empty(ctx, 200);
        } catch (OAuthRefusal refusal) {
            Reply.refusal(ctx, refusal.error().equals("invalid_client") ? refusal.withStatus(401) : refusal);
        }
    }

    private void revoke(RoutingContext ctx) {
        Parameters form = TokenEndpoint.form(ctx);
        AppClient client =
                authentication.authenticate(Optional.ofNullable(ctx.request().getHeader("Authorization")), form);
        String token = form.require("token");
        if (!client.enableTokenRevocation()) {
            throw OAuthRefusal.of("invalid_request");
        }
        if (isSignedJwt(token)) {
            throw OAuthRefusal.of("unsupported_token_type");
        }
        state.refreshToken(token)
                .filter(member -> member.family().signIn().clientId().equals(client.id()))
                .ifPresent(member -> {
                    if (member.family().revoke(member)) {
                        state.revokeOrigin(member.family().signIn().originJti());
                    }
                });
    }

    private static boolean isSignedJwt(String token) {
        try {
            SignedJWT.parse(token);
            return true;
        } catch (ParseException e) {
            return false;
        }
    }
}
