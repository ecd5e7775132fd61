package dev.portcullis.doctor.check;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Runs checks, all at the same time but for those that build on others. Event-loop confined. */
public final class Examination {
    private final Duration timeout;
    private final Map<Check, Future<Result>> known = new IdentityHashMap<>();
    private final List<Future<Result>> results = new ArrayList<>();

    /** @param timeout for each check */
    public Examination(Duration timeout) {
        this.timeout = timeout;
    }

    /**
     * Runs a check as soon as those it needs are over; where one of them found nothing to build on, it is skipped. Answers the check, for
     * others to need.
     *
     * @param needs added before
     */
    public Check add(Check check, Check... needs) {
        List<Check> required = List.of(needs);
        Future<Result> result = Future.join(required.stream().map(this::result).toList())
                .compose(over -> missing(required)
                        .map(lack -> Future.succeededFuture(new Result(
                                check.id(), check.about(), new Outcome.Skipped("needs " + lack), Duration.ZERO)))
                        .orElseGet(() -> run(check)));
        known.put(check, result);
        results.add(result);
        return check;
    }

    /** In the order in which they were added. */
    public Future<List<Result>> results() {
        return Future.join(results)
                .map(all -> results.stream().map(Future::result).toList());
    }

    private Future<Result> result(Check check) {
        Future<Result> added = known.get(check);
        if (added == null) {
            throw new IllegalStateException(check.id() + " is needed and was not added");
        }
        return added;
    }

    private Optional<String> missing(List<Check> required) {
        return required.stream()
                .filter(check -> !result(check).result().outcome().isUsable())
                .findFirst()
                .map(check -> check.id()
                        + check.about().map(about -> " (" + about + ")").orElse(""));
    }

    private Future<Result> run(Check check) {
        long from = System.nanoTime();
        return attempt(check)
                .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .otherwise(failure -> new Outcome.Failed(Reason.of(failure), check.remedy()))
                .map(outcome ->
                        new Result(check.id(), check.about(), outcome, Duration.ofNanos(System.nanoTime() - from)));
    }

    private static Future<Outcome> attempt(Check check) {
        try {
            return check.run();
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }
}
