package dev.portcullis.oauth.authorize;

import dev.portcullis.crypto.RandomTokens;
import dev.portcullis.http.Answers;
import dev.portcullis.http.HttpProblem;
import dev.portcullis.http.Parameters;
import dev.portcullis.http.RequestBody;
import dev.portcullis.oauth.OAuthError;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * {@code GET} and {@code POST /authorize}: checks the request, then asks the person, unless this very request was approved in this browser
 * before (OAuth 2.1 §3.1, §4.1.1).
 */
final class AuthorizeHandler {
    // What fits into a request line together with the path.
    private static final int MAX_QUERY = 15 * 1024;
    private static final Pattern QUERY = Pattern.compile("[\\x21-\\x7E]*");

    private final String publicUrl;
    private final RequestBody body;
    private final AuthorizationRequestReader reader;
    private final ConsentForms forms;
    private final ApprovalsCookie approvals;
    private final Departure departure;
    private final LoginPages pages;
    private final BrowserCookie browser;
    private final RandomTokens random;

    AuthorizeHandler(
            String publicUrl,
            RequestBody body,
            AuthorizationRequestReader reader,
            ConsentForms forms,
            ApprovalsCookie approvals,
            Departure departure,
            LoginPages pages,
            BrowserCookie browser,
            RandomTokens random) {
        this.publicUrl = publicUrl;
        this.body = body;
        this.reader = reader;
        this.forms = forms;
        this.approvals = approvals;
        this.departure = departure;
        this.pages = pages;
        this.browser = browser;
        this.random = random;
    }

    void handle(HttpServerRequest request) {
        Future<Void> handled = request.method().equals(HttpMethod.POST)
                ? body.text(request, "application/x-www-form-urlencoded").compose(form -> askAgain(request, form))
                : query(request)
                        .compose(query -> reader.read(query, approvedClients(request)))
                        .compose(accepted -> decide(request, accepted));
        handled.onFailure(failure -> pages.refused(request, failure));
    }

    /** With a form from another site come no cookies; with the GET that follows come all of them. */
    private Future<Void> askAgain(HttpServerRequest request, String form) {
        if (form.length() > MAX_QUERY) {
            return Future.failedFuture(new HttpProblem(413, "the form is longer than " + MAX_QUERY + " bytes"));
        }
        if (!QUERY.matcher(form).matches()) {
            return Future.failedFuture(new HttpProblem(400, "the form is not well-formed"));
        }
        return Answers.seeOther(request, publicUrl + "/authorize?" + form.replace("#", "%23"));
    }

    private Future<Void> decide(HttpServerRequest request, AuthorizationRequestReader.Accepted accepted) {
        AuthorizationRequest authorization = accepted.request();
        Optional<Approval> approval = approvals.find(request, authorization);
        if (approval.isPresent() && !accepted.prompt().consent()) {
            return departure.leave(request, authorization, approval.map(Approval::user));
        }
        if (accepted.prompt().none()) {
            throw new AuthorizationRefused(
                    new OAuthError(OAuthError.Code.CONSENT_REQUIRED, "the user has to be asked, and prompt is none"),
                    Optional.of(authorization.origin()));
        }
        ask(request, accepted);
        return Future.succeededFuture();
    }

    private void ask(HttpServerRequest request, AuthorizationRequestReader.Accepted accepted) {
        // Kept across flows, so that several windows of one browser can be open at the consent page.
        String secret = browser.get(request).orElseGet(random::next);
        browser.set(request, secret);
        pages.consent(request, accepted.request(), accepted.client(), forms.seal(accepted.request(), secret));
    }

    private Set<String> approvedClients(HttpServerRequest request) {
        return approvals.read(request).stream().map(Approval::client).collect(Collectors.toSet());
    }

    private static Future<Parameters> query(HttpServerRequest request) {
        try {
            return Future.succeededFuture(
                    Parameters.parse(Optional.ofNullable(request.query()).orElse("")));
        } catch (IllegalArgumentException e) {
            return Future.failedFuture(new HttpProblem(400, "the query is not well-formed"));
        }
    }
}
