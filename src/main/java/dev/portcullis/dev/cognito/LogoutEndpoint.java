package dev.portcullis.dev.cognito;

import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/**
 * {@code GET /logout} (Cognito developer guide, logout-endpoint): ends the browser's session and goes to a registered sign-out
 * URL, without {@code state}, or to a fresh sign-in. Tokens stay good. It is not OpenID Connect's RP-initiated logout.
 */
final class LogoutEndpoint {
    private final PoolState state;
    private final BrowserSessions sessions;
    private final ErrorPage errorPage;
    private final Addresses addresses;

    LogoutEndpoint(PoolState state, BrowserSessions sessions, ErrorPage errorPage, Addresses addresses) {
        this.state = state;
        this.sessions = sessions;
        this.errorPage = errorPage;
        this.addresses = addresses;
    }

    void handle(RoutingContext ctx) {
        Parameters query = new Parameters(ctx.queryParams());
        Optional<String> clientId = query.get("client_id");
        Optional<AppClient> client = clientId.flatMap(state::client);
        Optional<String> logoutUri = query.get("logout_uri");
        Optional<String> redirectUri = query.get("redirect_uri");
        if (client.isEmpty()) {
            errorPage.redirect(
                    ctx, clientId.isEmpty() ? "Required parameters missing" : "Client does not exist", clientId);
        } else if (logoutUri.isPresent()) {
            leave(ctx, client.get(), logoutUri.get());
        } else if (redirectUri.isEmpty() || query.get("response_type").isEmpty()) {
            errorPage.redirect(ctx, "Required parameters missing", clientId);
        } else if (!client.get().callbackUrls().contains(redirectUri.get())) {
            errorPage.redirect(ctx, "redirect_mismatch", clientId);
        } else {
            sessions.close(ctx);
            Reply.redirect(ctx, addresses.domain() + "/login?" + ctx.request().query());
        }
    }

    private void leave(RoutingContext ctx, AppClient client, String logoutUri) {
        if (client.logoutUrls().contains(logoutUri)) {
            sessions.close(ctx);
            Reply.redirect(ctx, logoutUri);
        } else {
            errorPage.redirect(ctx, "logout_mismatch", Optional.of(client.id()));
        }
    }
}
