package dev.portcullis.dev.cognito;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.text.ParseException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * {@code GET /oauth2/userInfo} (Cognito developer guide, userinfo-endpoint): every value is a string, and an error is a
 * header and nothing else, without the word {@code Bearer}.
 */
final class UserInfoEndpoint {
    private final PoolState state;
    private final SigningKeys keys;
    private final Issuer issuer;
    private final SimulatorClock clock;

    UserInfoEndpoint(PoolState state, SigningKeys keys, Issuer issuer, SimulatorClock clock) {
        this.state = state;
        this.keys = keys;
        this.issuer = issuer;
        this.clock = clock;
    }

    void handle(RoutingContext ctx) {
        Reply.neverCache(ctx);
        ctx.response().putHeader("x-amz-cognito-request-id", UUID.randomUUID().toString());
        String header =
                Optional.ofNullable(ctx.request().getHeader("Authorization")).orElse("");
        if (!header.regionMatches(true, 0, "Bearer ", 0, 7) || header.length() == 7) {
            refuse(ctx, 400, "invalid_request", "Bad OAuth2 request at UserInfo Endpoint");
            return;
        }
        try {
            answer(ctx, SignedJWT.parse(header.substring(7).trim()));
        } catch (ParseException e) {
            refuseToken(ctx);
        }
    }

    private void answer(RoutingContext ctx, SignedJWT token) throws ParseException {
        JWTClaimsSet claims = token.getJWTClaimsSet();
        Optional<PoolUser> user = Optional.ofNullable(claims.getStringClaim("username"))
                .flatMap(state::activeUser)
                .filter(active -> active.sub().equals(claims.getSubject()));
        Optional<AppClient> client =
                Optional.ofNullable(claims.getStringClaim("client_id")).flatMap(state::client);
        if (user.isEmpty() || client.isEmpty() || !live(token, claims)) {
            refuseToken(ctx);
            return;
        }
        List<String> scopes = List.of(
                Optional.ofNullable(claims.getStringClaim("scope")).orElse("").split(" "));
        if (!scopes.contains("openid")) {
            refuse(ctx, 403, "invalid_token", "Access token does not contain openid scope");
            return;
        }
        JsonObject info = new JsonObject().put("sub", user.get().sub());
        UserClaims.visible(user.get(), client.get(), scopes).forEach(info::put);
        Reply.json(ctx, 200, info.put("username", user.get().username()));
    }

    private boolean live(SignedJWT token, JWTClaimsSet claims) throws ParseException {
        return keys.signedAccess(token)
                && issuer.current().equals(claims.getIssuer())
                && "access".equals(claims.getStringClaim("token_use"))
                && claims.getExpirationTime().toInstant().isAfter(clock.now())
                && !state.originRevoked(claims.getStringClaim("origin_jti"))
                && !state.signedOutSince(
                        claims.getStringClaim("username"), claims.getIssueTime().toInstant());
    }

    private static void refuseToken(RoutingContext ctx) {
        refuse(
                ctx,
                401,
                "invalid_token",
                "Access token is expired, disabled, or deleted, or the user has globally signed out.");
    }

    private static void refuse(RoutingContext ctx, int status, String error, String description) {
        ctx.response()
                .putHeader("WWW-Authenticate", "error=\"" + error + "\", error_description=\"" + description + "\"");
        Reply.empty(ctx, status);
    }
}
