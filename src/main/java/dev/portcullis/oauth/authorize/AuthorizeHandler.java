package dev.portcullis.oauth.authorize;

import dev.portcullis.crypto.RandomTokens;
import dev.portcullis.http.HttpProblem;
import dev.portcullis.http.Parameters;
import dev.portcullis.http.RequestBody;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/** {@code GET} and {@code POST /authorize}: checks the request, then asks the person (OAuth 2.1 §3.1, §4.1.1). */
final class AuthorizeHandler {
    private final RequestBody body;
    private final AuthorizationRequestReader reader;
    private final ConsentForms forms;
    private final LoginPages pages;
    private final BrowserCookie browser;
    private final RandomTokens random;

    AuthorizeHandler(
            RequestBody body,
            AuthorizationRequestReader reader,
            ConsentForms forms,
            LoginPages pages,
            BrowserCookie browser,
            RandomTokens random) {
        this.body = body;
        this.reader = reader;
        this.forms = forms;
        this.pages = pages;
        this.browser = browser;
        this.random = random;
    }

    void handle(HttpServerRequest request) {
        parameters(request)
                .compose(reader::read)
                .<Void>map(accepted -> {
                    ask(request, accepted);
                    return null;
                })
                .onFailure(failure -> pages.refused(request, failure));
    }

    private void ask(HttpServerRequest request, AuthorizationRequestReader.Accepted accepted) {
        // Kept across flows, so that several windows of one browser can be open at the consent page.
        String secret = browser.get(request).orElseGet(random::next);
        browser.set(request, secret);
        pages.consent(request, accepted.request(), accepted.client(), forms.seal(accepted.request(), secret));
    }

    private Future<Parameters> parameters(HttpServerRequest request) {
        if (request.method().equals(HttpMethod.POST)) {
            return body.form(request);
        }
        try {
            return Future.succeededFuture(
                    Parameters.parse(Optional.ofNullable(request.query()).orElse("")));
        } catch (IllegalArgumentException e) {
            return Future.failedFuture(new HttpProblem(400, "the query is not well-formed"));
        }
    }
}
