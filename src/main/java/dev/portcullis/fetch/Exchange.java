package dev.portcullis.fetch;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** One request and its response; can be given up at any time. */
final class Exchange {
    private static final Pattern JSON = Pattern.compile("application/(?:[a-z0-9!#$&^_.+-]+\\+)?json");

    private final int maxBytes;
    private final Freshness freshness;
    private final InstantSource clock;
    private Optional<HttpClientRequest> request = Optional.empty();
    private boolean over;

    Exchange(int maxBytes, Freshness freshness, InstantSource clock) {
        this.maxBytes = maxBytes;
        this.freshness = freshness;
        this.clock = clock;
    }

    boolean isOver() {
        return over;
    }

    /** Ends the connection, whatever it was waiting for. */
    void abort() {
        over = true;
        request.ifPresent(HttpClientRequest::reset);
    }

    Future<Fetched> run(HttpClientRequest connected) {
        request = Optional.of(connected);
        if (over) {
            abort();
            return Future.failedFuture(FetchProblem.passing("does not answer in time"));
        }
        connected
                .setFollowRedirects(false)
                .putHeader("Accept", "application/json")
                .putHeader("Accept-Encoding", "identity")
                .putHeader("User-Agent", "portcullis");
        return connected
                .send()
                .compose(this::read)
                .onFailure(failure -> abort())
                .recover(failure -> Future.failedFuture(
                        failure instanceof FetchProblem
                                ? failure
                                : FetchProblem.passing("is served by a host that broke off its answer")));
    }

    private Future<Fetched> read(HttpClientResponse response) {
        Optional<FetchProblem> problem = problem(response);
        if (problem.isPresent()) {
            return Future.failedFuture(problem.get());
        }
        Optional<Duration> freshFor = freshness.of(response.headers(), clock.instant());
        return body(response).map(bytes -> new Fetched(decode(bytes), freshFor));
    }

    private Optional<FetchProblem> problem(HttpClientResponse response) {
        int status = response.statusCode();
        if (status == 404 || status == 410) {
            return Optional.of(FetchProblem.lasting("does not exist, its server answers " + status));
        }
        if (status >= 300 && status < 400) {
            return Optional.of(FetchProblem.passing("is a redirect, which is not followed"));
        }
        if (status != 200) {
            return Optional.of(FetchProblem.passing("cannot be had, its server answers " + status));
        }
        String encoding =
                Optional.ofNullable(response.getHeader("Content-Encoding")).orElse("identity");
        if (!encoding.equalsIgnoreCase("identity")) {
            return Optional.of(FetchProblem.passing("comes compressed, which was not asked for"));
        }
        String type = Optional.ofNullable(response.getHeader("Content-Type")).orElse("");
        if (!JSON.matcher(type.split(";", 2)[0].trim().toLowerCase(Locale.ROOT)).matches()) {
            return Optional.of(FetchProblem.passing(
                    "is not served as JSON: its Content-Type must be application/json or application/*+json"));
        }
        return Optional.empty();
    }

    private Future<Buffer> body(HttpClientResponse response) {
        Promise<Buffer> body = Promise.promise();
        Buffer collected = Buffer.buffer();
        response.handler(chunk -> {
            if (collected.length() + chunk.length() > maxBytes) {
                response.handler(dropped -> {});
                body.tryFail(FetchProblem.passing("is larger than " + maxBytes + " bytes"));
            } else {
                collected.appendBuffer(chunk);
            }
        });
        response.exceptionHandler(body::tryFail);
        response.endHandler(end -> body.tryComplete(collected));
        return body.future();
    }

    private static String decode(Buffer bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.getBytes()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw FetchProblem.lasting("is not UTF-8");
        }
    }
}
