package dev.portcullis.dev.mcp;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.function.Function;

/** Streams one second after the other as progress, then the result; ends when it is stopped or nobody listens any more. */
final class Countdown {
    private final Vertx vertx;
    private final HttpServerResponse response;
    private final Optional<Object> progressToken;
    private final int seconds;
    private final Function<JsonObject, JsonObject> answer;
    private long timer = -1;
    private int counted;

    /** @param answer makes the message that ends the stream from the tool's result */
    Countdown(
            Vertx vertx,
            HttpServerResponse response,
            Optional<Object> progressToken,
            int seconds,
            Function<JsonObject, JsonObject> answer) {
        this.vertx = vertx;
        this.response = response;
        this.progressToken = progressToken;
        this.seconds = seconds;
        this.answer = answer;
    }

    void start() {
        EventStream.open(response);
        timer = vertx.setPeriodic(1000, tick -> tick());
        response.closeHandler(closed -> vertx.cancelTimer(timer));
    }

    /** Ends without a result, as a cancelled call does. */
    void stop() {
        vertx.cancelTimer(timer);
        response.end();
    }

    private void tick() {
        counted++;
        progressToken.ifPresent(token -> EventStream.send(
                response,
                Rpc.notification(
                        "notifications/progress",
                        new JsonObject()
                                .put("progressToken", token)
                                .put("progress", counted)
                                .put("total", seconds)
                                .put("message", (seconds - counted) + " s to go"))));
        if (counted >= seconds) {
            vertx.cancelTimer(timer);
            EventStream.send(response, answer.apply(Tools.text("Counted " + seconds + " seconds down.")));
            response.end();
        }
    }
}
