package dev.portcullis.dev.cognito;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** {@code POST /oauth2/token} (Cognito developer guide, token-endpoint). */
final class TokenEndpoint {
    private final ClientAuthentication authentication;
    private final CodeGrant codeGrant;
    private final RefreshGrant refreshGrant;
    private final ClientCredentialsGrant clientCredentialsGrant;

    TokenEndpoint(
            ClientAuthentication authentication,
            CodeGrant codeGrant,
            RefreshGrant refreshGrant,
            ClientCredentialsGrant clientCredentialsGrant) {
        this.authentication = authentication;
        this.codeGrant = codeGrant;
        this.refreshGrant = refreshGrant;
        this.clientCredentialsGrant = clientCredentialsGrant;
    }

    void handle(RoutingContext ctx) {
        Reply.neverCache(ctx);
        ctx.response()
                .putHeader("Access-Control-Allow-Origin", "*")
                .putHeader("x-amz-cognito-request-id", UUID.randomUUID().toString());
        if (!HttpMethod.POST.equals(ctx.request().method())) {
            Reply.empty(ctx, 405);
            return;
        }
        try {
            Reply.json(ctx, 200, grant(ctx));
        } catch (OAuthRefusal refusal) {
            Reply.refusal(ctx, refusal);
        }
    }

    private JsonObject grant(RoutingContext ctx) {
        Parameters form = form(ctx);
        Call call = call(form);
        form.require("grant_type");
        if (call == Call.UNKNOWN_GRANT) {
            throw OAuthRefusal.of("unsupported_grant_type");
        }
        AppClient client =
                authentication.authenticate(Optional.ofNullable(ctx.request().getHeader("Authorization")), form);
        return switch (call) {
            case CODE_GRANT -> codeGrant.redeem(client, form);
            case REFRESH_GRANT -> refreshGrant.refresh(client, form);
            default -> clientCredentialsGrant.issue(client, form);
        };
    }

    /** The form, once it is certain to be one: JSON, a missing media type and repeated parameters are refused. */
    static Parameters form(RoutingContext ctx) {
        String type =
                Optional.ofNullable(ctx.request().getHeader("Content-Type")).orElse("");
        Parameters form = new Parameters(ctx.request().formAttributes());
        boolean urlEncoded = type.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded");
        if (!urlEncoded || form.anyRepeated()) {
            throw OAuthRefusal.of("invalid_request");
        }
        return form;
    }

    static Call call(Parameters form) {
        return switch (form.get("grant_type").orElse("")) {
            case "authorization_code" -> Call.CODE_GRANT;
            case "refresh_token" -> Call.REFRESH_GRANT;
            case "client_credentials" -> Call.CLIENT_CREDENTIALS_GRANT;
            default -> Call.UNKNOWN_GRANT;
        };
    }
}
