package dev.portcullis.dev.cognito;

import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** {@code GET /oauth2/authorize}: a code at once for a browser that is signed in, the login page for one that is not. */
final class AuthorizeEndpoint {
    private final AuthorizeRules rules;
    private final AuthorizeResponse response;
    private final BrowserSessions sessions;
    private final ErrorPage errorPage;
    private final Addresses addresses;
    private final Optional<String> alwaysSignedIn;

    AuthorizeEndpoint(
            AuthorizeRules rules,
            AuthorizeResponse response,
            BrowserSessions sessions,
            ErrorPage errorPage,
            Addresses addresses,
            Optional<String> alwaysSignedIn) {
        this.rules = rules;
        this.response = response;
        this.sessions = sessions;
        this.errorPage = errorPage;
        this.addresses = addresses;
        this.alwaysSignedIn = alwaysSignedIn;
    }

    void handle(RoutingContext ctx) {
        AuthorizeDecision decision = rules.decide(new Parameters(ctx.queryParams()));
        if (decision instanceof AuthorizeDecision.Accepted accepted) {
            proceed(ctx, accepted.request());
        } else {
            decline(ctx, decision);
        }
    }

    /** Answers a request that was not accepted; the login page does so too. */
    void decline(RoutingContext ctx, AuthorizeDecision decision) {
        if (decision instanceof AuthorizeDecision.BadRequest bad) {
            errorPage.render(ctx, 400, bad.error());
        } else if (decision instanceof AuthorizeDecision.OwnPage page) {
            errorPage.redirect(ctx, page.error(), page.clientId());
        } else if (decision instanceof AuthorizeDecision.Refused refused) {
            if (errorPage.takes(refused.error())) {
                errorPage.redirect(ctx, refused.error(), new Parameters(ctx.queryParams()).get("client_id"));
            } else {
                Reply.redirect(ctx, response.error(refused.redirectUri(), refused.error(), refused.state()));
            }
        }
    }

    private void proceed(RoutingContext ctx, AuthorizeRequest request) {
        Optional<Fault.RedirectError> fault = Reply.redirectError(ctx);
        if (fault.isPresent()) {
            Reply.redirect(ctx, response.error(request, fault.get()));
            return;
        }
        Optional<BrowserSession> session = request.prompt().contains("login")
                ? Optional.empty()
                : sessions.current(ctx).or(() -> alwaysSignedIn.map(name -> sessions.open(ctx, name)));
        if (session.isPresent()) {
            Reply.redirect(ctx, response.code(request, session.get()));
        } else if (request.prompt().contains("none")) {
            Reply.redirect(ctx, response.error(request.redirectUri(), "login_required", request.state()));
        } else {
            Reply.redirect(ctx, addresses.domain() + "/login?" + ctx.request().query());
        }
    }
}
