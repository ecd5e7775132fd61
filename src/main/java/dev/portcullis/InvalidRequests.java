package dev.portcullis;

import dev.portcullis.http.Answers;
import dev.portcullis.http.RequestId;
import dev.portcullis.http.Route;
import dev.portcullis.http.Visits;
import dev.portcullis.pages.ErrorPage;
import dev.portcullis.pages.Pages;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/**
 * Answers what is no HTTP request: too long (RFC 9110 §15.5.15, RFC 6585 §5) or malformed. The connection ends, for nothing after it can be
 * trusted. What is too long can have come from a browser, in which somebody sits who did nothing wrong; nothing malformed does.
 */
final class InvalidRequests implements Handler<HttpServerRequest> {

    private final Visits visits;
    private final Pages pages;

    InvalidRequests(Visits visits, Pages pages) {
        this.visits = visits;
        this.pages = pages;
    }

    @Override
    public void handle(HttpServerRequest request) {
        visits.begin(request, Route.INVALID);
        Throwable cause = request.decoderResult().cause();
        if (cause instanceof TooLongHttpLineException) {
            page(
                    request,
                    414,
                    "This link is too long",
                    "The address that was to be opened here is longer than this server reads.",
                    "Go back to your application and start again. If it happens again, tell whoever makes the application that its requests are too long.");
        } else if (cause instanceof TooLongHttpHeaderException) {
            page(
                    request,
                    431,
                    "Your browser sent too much",
                    "All that came along with this request, cookies above all, is more than this server reads.",
                    "Delete the cookies of this site in your browser, then go back to your application and start again. If it happens again, tell whoever runs this server.");
        } else {
            refuse(request, 400);
        }
    }

    private void page(HttpServerRequest request, int status, String title, String whatHappened, String whatToDo) {
        request.response().putHeader("Connection", "close");
        String page =
                pages.error(new ErrorPage(title, whatHappened, whatToDo, RequestId.of(request), Optional.empty()));
        close(request, Answers.page(request, status, page));
    }

    static void refuse(HttpServerRequest request, int status) {
        request.response().setStatusCode(status).putHeader("Connection", "close");
        close(request, request.response().end());
    }

    private static void close(HttpServerRequest request, Future<Void> answered) {
        answered.onComplete(done -> request.connection().close());
    }
}
