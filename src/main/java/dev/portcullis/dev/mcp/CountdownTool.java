package dev.portcullis.dev.mcp;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes its time, tells how far it is, and stops as soon as nobody waits: a long call to watch through the gateway. */
final class CountdownTool implements Tool {
    private static final Logger LOG = LoggerFactory.getLogger(CountdownTool.class);
    private static final int LONGEST = 3600;

    private final Vertx vertx;
    private final Duration second;

    CountdownTool(Vertx vertx, Duration second) {
        this.vertx = vertx;
        this.second = second;
    }

    @Override
    public String name() {
        return "countdown";
    }

    @Override
    public boolean takesLong() {
        return true;
    }

    @Override
    public JsonObject definition() {
        return Schema.readOnlyTool(
                name(),
                "Countdown",
                "Counts down once a second, reporting progress, then returns. Stops when cancelled.",
                Schema.object(
                        new JsonObject()
                                .put(
                                        "seconds",
                                        Schema.type("integer", "How long to count, in seconds.")
                                                .put("minimum", 1)
                                                .put("maximum", LONGEST)),
                        List.of("seconds")));
    }

    @Override
    public Future<Result> call(Call call) {
        call.arguments().only("seconds");
        var seconds = call.arguments().integer("seconds", 1, LONGEST);
        return new Run(call, seconds).start();
    }

    private final class Run {
        private final Call call;
        private final int seconds;
        private final Promise<Result> result = Promise.promise();
        private int elapsed;

        Run(Call call, int seconds) {
            this.call = call;
            this.seconds = seconds;
        }

        Future<Result> start() {
            report();
            var timer = vertx.setPeriodic(second.toMillis(), this::tick);
            call.cancellation().onCancel(() -> {
                vertx.cancelTimer(timer);
                if (result.tryFail(new CancellationException("cancelled"))) {
                    LOG.info("countdown stopped after {} of {} seconds: cancelled", elapsed, seconds);
                }
            });
            return result.future();
        }

        private void tick(long timer) {
            elapsed++;
            report();
            if (elapsed == seconds) {
                vertx.cancelTimer(timer);
                result.tryComplete(Result.text("Counted down " + seconds + " seconds."));
            }
        }

        private void report() {
            call.progress().report(elapsed, seconds, seconds - elapsed + " seconds left");
        }
    }
}
