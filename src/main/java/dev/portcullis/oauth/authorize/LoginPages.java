package dev.portcullis.oauth.authorize;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.http.Answers;
import dev.portcullis.http.RequestId;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.OAuthErrors;
import dev.portcullis.oauth.RedirectUri;
import dev.portcullis.oauth.client.Client;
import dev.portcullis.oauth.client.ClientDocumentProblem;
import dev.portcullis.outage.Outage;
import dev.portcullis.pages.ConsentPage;
import dev.portcullis.pages.Continue;
import dev.portcullis.pages.ErrorPage;
import dev.portcullis.pages.Pages;
import dev.portcullis.pages.Quotation;
import dev.portcullis.pages.ReturnedPage;
import dev.portcullis.pages.ScopeLine;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;

/** What a person sees between the client and the identity provider; the one place where a failed login becomes a page. */
final class LoginPages {
    private final GatewayConfig config;
    private final Pages pages;
    private final AuthorizationResponse response;

    LoginPages(GatewayConfig config, Pages pages, AuthorizationResponse response) {
        this.config = config;
        this.pages = pages;
        this.response = response;
    }

    void consent(HttpServerRequest request, AuthorizationRequest authorization, Client client, String sealedRequest) {
        GatewayConfig.Upstream upstream =
                config.upstreamOf(authorization.resource()).orElseThrow();
        List<ScopeLine> scopes = authorization.scopes().tokens().stream()
                .map(scope -> new ScopeLine(scope, ScopeWords.ofResource(scope, upstream)))
                .toList();
        List<ScopeLine> idpScopes = config.cognito().scopes().stream()
                .map(scope -> new ScopeLine(scope, ScopeWords.ofIdentity(scope)))
                .toList();
        Answers.page(
                request,
                200,
                pages.consent(new ConsentPage(
                        client.displayName(),
                        client.documentHost(),
                        authorization.redirectUri().displayHost(),
                        authorization.redirectUri().value(),
                        authorization.redirectUri().isLoopback(),
                        // Whoever registers by itself chooses any name.
                        !client.isTrusted(),
                        !authorization.trusted(),
                        upstream.displayName(),
                        upstream.resource(),
                        scopes,
                        idpScopes,
                        sealedRequest)));
    }

    /** Sends the browser back to the client. */
    void redirect(HttpServerRequest request, RedirectUri target, String clientName, String url) {
        if (target.isHttp()) {
            Answers.seeOther(request, url);
            return;
        }
        // A native app opens beside the browser, which stays where it is: something has to be there to read.
        request.response().putHeader("Refresh", "0; url=" + url);
        Answers.page(request, 200, pages.returned(new ReturnedPage(clientName, url)));
    }

    /** After the person said no to an application that nobody has approved: it may be told, by a click. */
    void denied(HttpServerRequest request, AuthorizationRequest authorization, OAuthError denied) {
        Answers.page(
                request,
                200,
                pages.error(new ErrorPage(
                        "You did not allow it",
                        authorization.clientName() + " gets no access, and learns nothing about you.",
                        "You can close this window. If you want to go on without it in the application, let it know.",
                        RequestId.of(request),
                        Optional.of(back(authorization.origin(), denied)))));
    }

    /**
     * To be used before the person has agreed to anything: the client is told by the person's own click, unless it is one that the person or
     * the operator knows (OAuth 2.1 §7.12.2).
     */
    void refused(HttpServerRequest request, Throwable failure) {
        OAuthErrors.log(request, loggable(failure));
        if (request.response().headWritten()) {
            return;
        }
        if (failure instanceof AuthorizationRefused refusal) {
            refused(request, refusal);
        } else if (failure instanceof ClientDocumentProblem problem) {
            documentProblem(request, problem);
        } else if (failure instanceof Outage outage) {
            unavailable(request, outage, Optional.empty());
        } else {
            OAuthError error = OAuthError.of(failure);
            Optional<Long> retryAfter = OAuthError.retryAfterSeconds(failure);
            retryAfter.ifPresent(seconds -> request.response().putHeader("Retry-After", String.valueOf(seconds)));
            message(
                    request,
                    OAuthErrors.status(failure),
                    retryAfter.isPresent() ? "Too many attempts" : "This did not work",
                    error.description(),
                    retryAfter.isPresent()
                            ? "Wait a little and load this page again, or go back to your application and start again."
                            : "Go back to your application and start again. If it happens again, tell whoever runs this server.");
        }
    }

    private static Throwable loggable(Throwable failure) {
        if (failure instanceof AuthorizationRefused refusal) {
            return refusal.error();
        }
        return failure instanceof ClientDocumentProblem problem ? problem.asProtocolError() : failure;
    }

    /** Where the redirect URIs are not known, nobody can be told but the person. */
    private void documentProblem(HttpServerRequest request, ClientDocumentProblem problem) {
        if (problem.isPassing()) {
            request.response().putHeader("Retry-After", "10");
        }
        Answers.page(
                request,
                problem.isPassing() ? 503 : 400,
                pages.error(new ErrorPage(
                        problem.isForbidden()
                                ? "This application is not allowed here"
                                : "This application cannot be identified",
                        "The document that describes it " + problem.reason() + ".",
                        Optional.of(Quotation.of(problem.address())),
                        whatToDo(problem),
                        RequestId.of(request),
                        Optional.empty())));
    }

    private static String whatToDo(ClientDocumentProblem problem) {
        if (problem.isForbidden()) {
            return "Whoever runs this server decides which applications may be used with it, and does not allow this one. If you need it, ask them. Do not go on if somebody sent you this link.";
        }
        return problem.isPassing()
                ? "Try again in a minute. If it happens again, tell whoever makes the application: what it says about itself cannot be read."
                : "This is a mistake of the application, not yours: tell whoever makes it. Do not go on if somebody sent you this link.";
    }

    private void refused(HttpServerRequest request, AuthorizationRefused refusal) {
        Optional<AuthorizationRefused.Origin> known = refusal.origin().filter(AuthorizationRefused.Origin::trusted);
        if (known.isPresent() && known.get().redirectUri().isHttp()) {
            Answers.seeOther(
                    request,
                    response.error(known.get().redirectUri(), known.get().state(), refusal.error()));
        } else {
            Answers.page(request, 400, pages.error(errorPage(request, refusal)));
        }
    }

    void message(HttpServerRequest request, int status, String title, String whatHappened, String whatToDo) {
        Answers.page(
                request,
                status,
                pages.error(new ErrorPage(title, whatHappened, whatToDo, RequestId.of(request), Optional.empty())));
    }

    /** @param origin where the client can be told, by the person's click */
    void unavailable(HttpServerRequest request, Outage outage, Optional<AuthorizationRefused.Origin> origin) {
        OAuthErrors.log(request, outage);
        OAuthError.retryAfterSeconds(outage)
                .ifPresent(seconds -> request.response().putHeader("Retry-After", String.valueOf(seconds)));
        Answers.page(
                request,
                503,
                pages.error(new ErrorPage(
                        "Signing in is not possible right now",
                        "A service that the login needs does not answer. Nothing was lost, and nobody did anything wrong.",
                        "Wait a few seconds and load this page again to go on. If that does not help, start again in your application.",
                        RequestId.of(request),
                        origin.map(known -> back(known, OAuthError.of(outage))))));
    }

    private ErrorPage errorPage(HttpServerRequest request, AuthorizationRefused refusal) {
        if (refusal.origin().isPresent()) {
            return new ErrorPage(
                    "Your application asked for something this server cannot do",
                    sentence(refusal.error()),
                    "You can go back to the application, which will be told what is wrong. This is a mistake of the application, not yours.",
                    RequestId.of(request),
                    refusal.origin().map(origin -> back(origin, refusal.error())));
        }
        if (refusal.error().code() == OAuthError.Code.ACCESS_DENIED) {
            return new ErrorPage(
                    "This application is blocked here",
                    sentence(refusal.error()),
                    "If you need it, ask whoever runs this server. Registering it again would not be right.",
                    RequestId.of(request),
                    Optional.empty());
        }
        boolean unknownClient = refusal.error().code() == OAuthError.Code.INVALID_CLIENT;
        return new ErrorPage(
                unknownClient ? "This application is not registered here" : "This login link is not valid",
                sentence(refusal.error()),
                unknownClient
                        ? "Remove this server from your application and add it again: the application then registers anew."
                        : "Go back to your application and start again. Do not go on if somebody sent you this link.",
                RequestId.of(request),
                Optional.empty());
    }

    private Continue back(AuthorizationRefused.Origin origin, OAuthError error) {
        return new Continue("Back to the application", response.error(origin.redirectUri(), origin.state(), error));
    }

    private static String sentence(OAuthError error) {
        return "The request was refused: " + error.description() + " ("
                + error.code().value() + ").";
    }
}
