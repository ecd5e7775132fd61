package dev.portcullis.doctor.front;

import dev.portcullis.doctor.wire.Wire;
import dev.portcullis.token.ProbeTokens;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * How a stream that the gateway sends over most of a second arrived here.
 *
 * @param status 401 where the gateway did not accept the probe
 * @param encoding what something in front did to the stream
 * @param spread between the first and the last bytes of its body
 * @param view what the gateway says about the request
 */
record Stream(
        int status,
        Optional<String> encoding,
        boolean complete,
        Duration spread,
        Instant headAt,
        Optional<JsonObject> view) {
    private static final int MAX_BODY = 64 * 1024;

    static Future<Stream> open(Wire wire, String url, ProbeTokens tokens, InstantSource clock) {
        Map<String, String> headers = Map.of(
                "Authorization",
                ProbeTokens.SCHEME + " " + tokens.mint(url),
                "Accept",
                "application/json, text/event-stream",
                "Accept-Encoding",
                "gzip",
                "User-Agent",
                Wire.USER_AGENT);
        return wire.open(HttpMethod.POST, url, headers).compose(response -> watch(response, clock));
    }

    private static Future<Stream> watch(HttpClientResponse response, InstantSource clock) {
        Instant headAt = clock.instant();
        Promise<Boolean> over = Promise.promise();
        Buffer body = Buffer.buffer();
        long[] times = new long[2];
        response.handler(chunk -> {
            times[1] = System.nanoTime();
            if (body.length() == 0) {
                times[0] = times[1];
            }
            if (body.length() < MAX_BODY) {
                body.appendBuffer(chunk);
            }
        });
        response.endHandler(end -> over.tryComplete(true));
        response.exceptionHandler(broken -> over.tryComplete(false));
        return over.future()
                .map(complete -> new Stream(
                        response.statusCode(),
                        Optional.ofNullable(response.getHeader("Content-Encoding")),
                        complete,
                        Duration.ofNanos(times[1] - times[0]),
                        headAt,
                        view(body.toString())));
    }

    private static Optional<JsonObject> view(String body) {
        try {
            return body.lines()
                    .filter(line -> line.startsWith("data:"))
                    .findFirst()
                    .map(line -> new JsonObject(line.substring(5)));
        } catch (DecodeException e) {
            return Optional.empty();
        }
    }

    /** How far the gateway's clock is ahead of ours. Of a stream that was held back nothing is known. */
    Optional<Duration> ahead() {
        return view.map(seen -> seen.getLong("time"))
                .filter(time -> StreamsFlow.flows(spread))
                .map(time -> Duration.between(headAt, Instant.ofEpochMilli(time)));
    }
}
