package dev.portcullis.oauth.connections;

import dev.portcullis.audit.Access;
import dev.portcullis.audit.AuditEvent;
import dev.portcullis.audit.AuditLog;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.RandomTokens;
import dev.portcullis.crypto.Sealer;
import dev.portcullis.http.Answers;
import dev.portcullis.http.OwnForms;
import dev.portcullis.http.Parameters;
import dev.portcullis.http.RequestBody;
import dev.portcullis.http.RequestId;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthErrors;
import dev.portcullis.oauth.authorize.ApprovalsCookie;
import dev.portcullis.oauth.grant.Grant;
import dev.portcullis.oauth.grant.GrantUse;
import dev.portcullis.oauth.grant.Revoker;
import dev.portcullis.oauth.grant.UserGrants;
import dev.portcullis.oauth.login.Login;
import dev.portcullis.oauth.login.Logins;
import dev.portcullis.outage.Outage;
import dev.portcullis.pages.ConnectionsPage;
import dev.portcullis.pages.Continue;
import dev.portcullis.pages.ErrorPage;
import dev.portcullis.pages.Pages;
import dev.portcullis.pages.SignedOutPage;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code /connections}: which clients have access in the name of the person who looks, and buttons to take it back and to sign out. */
public final class ConnectionsEndpoint {
    private static final String ALL = "all";
    // Of a sign-in, in the audit log.
    private static final String PURPOSE = "connections";

    private final GatewayConfig config;
    private final OwnForms ownForms;
    private final RequestBody body;
    private final Logins logins;
    private final PageSessions sessions;
    private final ApprovalsCookie approvals;
    private final UserGrants grants;
    private final Revoker revoker;
    private final Pages pages;
    private final AuditLog audit;

    public ConnectionsEndpoint(
            GatewayConfig config,
            Logins logins,
            Sealer sealer,
            UserGrants grants,
            Revoker revoker,
            Pages pages,
            AuditLog audit,
            RandomTokens random,
            InstantSource clock) {
        this.config = config;
        this.ownForms = new OwnForms(config.publicUrl());
        this.body = new RequestBody(config.http().maxFormBytes());
        this.logins = logins;
        this.sessions = new PageSessions(config, sealer, random, clock);
        this.approvals = new ApprovalsCookie(config, sealer, clock);
        this.grants = grants;
        this.revoker = revoker;
        this.pages = pages;
        this.audit = audit;
    }

    /** {@code GET}: the page, after signing in. */
    public void show(HttpServerRequest request) {
        sessions.current(request)
                .map(session -> page(request, session))
                .orElseGet(() -> logins.begin(request, Login.Purpose.CONNECTIONS, new JsonObject())
                        .onSuccess(url -> Answers.seeOther(request, url))
                        .mapEmpty())
                .onFailure(failure -> refused(request, failure));
    }

    /** The person has signed in, or has not. */
    public void returned(HttpServerRequest request, Login login, Parameters callback) {
        AuditLog.Trail trail = audit.of(request);
        logins.complete(request, login, callback)
                .onSuccess(tokens -> {
                    trail.record(new AuditEvent.SignedIn(
                            Access.nothingKnown().user(tokens.claims().subject()),
                            PURPOSE,
                            tokens.claims().username()));
                    // Who it is was all that had to be known: nothing is left behind at the identity provider.
                    logins.discard(tokens);
                    sessions.begin(request, tokens.claims());
                    Answers.seeOther(request, here());
                })
                .onFailure(failure -> trail.record(new AuditEvent.NotSignedIn(
                        Access.nothingKnown(),
                        PURPOSE,
                        failure instanceof Outage,
                        OAuthError.of(failure).description())))
                .onFailure(failure -> refused(request, failure));
    }

    /** {@code POST}: disconnects one, or all; or signs out. */
    public void change(HttpServerRequest request) {
        body.form(request).compose(form -> change(request, form)).onFailure(failure -> refused(request, failure));
    }

    private Future<Void> change(HttpServerRequest request, Parameters form) {
        Optional<PageSession> session = sessions.current(request)
                .filter(current -> form.get("page")
                        .filter(value -> sessions.isFormOf(current, value))
                        .isPresent());
        if (session.isEmpty() || !ownForms.sent(request)) {
            message(
                    request,
                    403,
                    "This page is too old",
                    "Nothing was changed. The page was opened in another browser, or too long ago, or cookies are switched off.",
                    "Open the page again and sign in; then disconnect what you want to.");
            return Future.succeededFuture();
        }
        if (form.get("signOut").isPresent()) {
            return signOut(request);
        }
        String chosen = form.get("disconnect").orElseThrow(() -> OAuthError.invalidRequest("disconnect is missing"));
        return grants.of(session.get().subject())
                .map(uses -> uses.stream()
                        .map(GrantUse::grant)
                        .filter(grant -> chosen.equals(ALL) || chosen.equals(grant.id()))
                        .toList())
                .onSuccess(unwanted -> withdraw(request, chosen, unwanted))
                .compose(unwanted -> Future.join(unwanted.stream()
                        .map(grant -> revoker.revoke(grant)
                                .onSuccess(ended ->
                                        audit.of(request).record(new AuditEvent.Revoked("user", grant.access()))))
                        .toList()))
                .onSuccess(done -> Answers.seeOther(request, here() + "?done"))
                .mapEmpty();
    }

    /** What is disconnected here has to ask again here, even if the very same was approved in this browser before. */
    private void withdraw(HttpServerRequest request, String chosen, List<Grant> unwanted) {
        if (chosen.equals(ALL)) {
            approvals.forget(request);
        } else {
            approvals.withdraw(request, unwanted.stream().map(Grant::clientId).collect(Collectors.toSet()));
        }
    }

    /** The next one in front of this browser is somebody else. */
    private Future<Void> signOut(HttpServerRequest request) {
        sessions.end(request);
        approvals.forget(request);
        String end = config.publicUrl() + "/signed-out";
        return Answers.seeOther(request, logins.signOutUrl(end).orElse(end));
    }

    /** {@code GET /signed-out}. */
    public void signedOut(HttpServerRequest request) {
        if (sessions.current(request).isPresent()) {
            Answers.seeOther(request, here());
        } else {
            Answers.page(
                    request,
                    200,
                    pages.signedOut(new SignedOutPage(config.cognito().logout())));
        }
    }

    /** A page for a request that may not go on. */
    public void refused(HttpServerRequest request, Throwable failure) {
        OAuthErrors.log(request, failure);
        OAuthError error = OAuthError.of(failure);
        OAuthError.retryAfterSeconds(failure)
                .ifPresent(seconds -> request.response().putHeader("Retry-After", String.valueOf(seconds)));
        boolean later = error.code() == OAuthError.Code.TEMPORARILY_UNAVAILABLE;
        message(
                request,
                OAuthErrors.status(failure),
                later ? "Not possible right now" : "This did not work",
                later
                        ? "A service that is needed for it does not answer, or you came too often. Your applications are connected as before."
                        : "The request was refused: " + error.description() + ".",
                later ? "Wait a minute, then open the page again." : "Open the page again and sign in.");
    }

    private Future<Void> page(HttpServerRequest request, PageSession session) {
        return grants.of(session.subject()).compose(uses -> {
            List<ConnectionsPage.Connection> connections =
                    uses.stream().map(this::connection).toList();
            return Answers.page(
                    request,
                    200,
                    pages.connections(new ConnectionsPage(
                            session.username(), connections, sessions.form(session), "done".equals(request.query()))));
        });
    }

    private ConnectionsPage.Connection connection(GrantUse use) {
        String server = config.upstreamOf(use.grant().resource())
                .map(GatewayConfig.Upstream::displayName)
                // Not behind this gateway any more, but the grant is as good as ever.
                .orElse(use.grant().resource());
        return new ConnectionsPage.Connection(
                use.grant().id(),
                use.grant().clientName(),
                use.grant().clientHost(),
                server,
                new ConnectionsPage.Moment(use.grant().createdAt()),
                new ConnectionsPage.Moment(use.lastUsed()));
    }

    private void message(HttpServerRequest request, int status, String title, String whatHappened, String whatToDo) {
        if (request.response().headWritten()) {
            return;
        }
        Answers.page(
                request,
                status,
                pages.error(new ErrorPage(
                        title,
                        whatHappened,
                        whatToDo,
                        RequestId.of(request),
                        Optional.of(new Continue("Open the page again", here())))));
    }

    private String here() {
        return config.publicUrl() + "/connections";
    }
}
