package dev.portcullis.dev.cognito;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/**
 * The issuer host's two documents. Discovery has the members of a real pool and no others: no
 * {@code code_challenge_methods_supported}, though PKCE works. Neither document has cache headers.
 */
final class DiscoveryDocuments {
    private final PoolState state;
    private final Issuer issuer;
    private final Addresses addresses;
    private final SigningKeys keys;

    DiscoveryDocuments(PoolState state, Issuer issuer, Addresses addresses, SigningKeys keys) {
        this.state = state;
        this.issuer = issuer;
        this.addresses = addresses;
        this.keys = keys;
    }

    void openidConfiguration(RoutingContext ctx) {
        String domain = addresses.domain();
        Reply.json(
                ctx,
                200,
                new JsonObject()
                        .put("authorization_endpoint", domain + "/oauth2/authorize")
                        .put("end_session_endpoint", domain + "/logout")
                        .put("id_token_signing_alg_values_supported", new JsonArray().add("RS256"))
                        .put("issuer", issuer.current())
                        .put("jwks_uri", addresses.jwksUri())
                        .put(
                                "response_types_supported",
                                new JsonArray().add("code").add("token"))
                        .put("revocation_endpoint", domain + "/oauth2/revoke")
                        .put(
                                "scopes_supported",
                                new JsonArray()
                                        .add("openid")
                                        .add("email")
                                        .add("phone")
                                        .add("profile"))
                        .put("subject_types_supported", new JsonArray().add("public"))
                        .put("token_endpoint", domain + "/oauth2/token")
                        .put(
                                "token_endpoint_auth_methods_supported",
                                new JsonArray().add("client_secret_basic").add("client_secret_post"))
                        .put("userinfo_endpoint", domain + "/oauth2/userInfo"));
    }

    void jwks(RoutingContext ctx) {
        Reply.send(ctx, 200, "application/json", keys.keySet().toBuffer());
    }

    /** The issuer host serves no OAuth, and no pool but this one. */
    void anythingElse(RoutingContext ctx) {
        String path = ctx.request().path();
        String poolId = path.substring(1).replaceFirst("/.*", "");
        if (poolId.equals(state.pool().poolId())) {
            Reply.json(
                    ctx,
                    400,
                    new JsonObject()
                            .put("code", "BadRequest")
                            .put("message", "The server did not understand the operation that was requested.")
                            .put("type", "client"));
        } else {
            Reply.json(ctx, 404, new JsonObject().put("message", "User pool " + poolId + " does not exist."));
        }
    }
}
