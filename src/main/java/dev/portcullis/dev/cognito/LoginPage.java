package dev.portcullis.dev.cognito;

import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Optional;

/** {@code /login}: the form and what it sends. The query of the authorization request travels along in the form's address. */
final class LoginPage {
    private final PoolState state;
    private final AuthorizeRules rules;
    private final AuthorizeEndpoint authorize;
    private final AuthorizeResponse response;
    private final BrowserSessions sessions;
    private final ErrorPage errorPage;
    private final Pages pages;

    LoginPage(
            PoolState state,
            AuthorizeRules rules,
            AuthorizeEndpoint authorize,
            AuthorizeResponse response,
            BrowserSessions sessions,
            ErrorPage errorPage,
            Pages pages) {
        this.state = state;
        this.rules = rules;
        this.authorize = authorize;
        this.response = response;
        this.sessions = sessions;
        this.errorPage = errorPage;
        this.pages = pages;
    }

    void show(RoutingContext ctx) {
        AuthorizeDecision decision = rules.decide(new Parameters(ctx.queryParams()));
        if (decision instanceof AuthorizeDecision.Accepted accepted) {
            render(ctx, accepted.request().loginHint().orElse(""), "");
        } else {
            authorize.decline(ctx, decision);
        }
    }

    void signIn(RoutingContext ctx) {
        AuthorizeDecision decision = rules.decide(new Parameters(ctx.queryParams()));
        if (!(decision instanceof AuthorizeDecision.Accepted accepted)) {
            authorize.decline(ctx, decision);
            return;
        }
        Parameters form = new Parameters(ctx.request().formAttributes());
        Optional<String> csrf = form.get("_csrf");
        if (csrf.isEmpty() || !csrf.equals(sessions.presentedXsrfToken(ctx))) {
            errorPage.render(ctx, 403, "invalid_csrf_token");
            return;
        }
        String username = form.get("username").orElse("");
        Optional<PoolUser> user = state.user(username)
                .filter(known -> ClientAuthentication.same(
                        known.password(), form.get("password").orElse("")));
        if (user.isEmpty()) {
            render(ctx, username, "Incorrect username or password.");
        } else if (!user.get().enabled()) {
            render(ctx, username, "User is disabled.");
        } else {
            BrowserSession session = sessions.open(ctx, username);
            Reply.redirect(ctx, response.code(accepted.request(), session));
        }
    }

    private void render(RoutingContext ctx, String username, String problem) {
        pages.render(
                ctx,
                200,
                "cognito/login.jte",
                Map.of(
                        "action",
                        "/login?" + ctx.request().query(),
                        "csrf",
                        sessions.xsrfToken(ctx),
                        "username",
                        username,
                        "problem",
                        problem));
    }
}
