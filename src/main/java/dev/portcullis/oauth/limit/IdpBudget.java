package dev.portcullis.oauth.limit;

import dev.portcullis.config.RateLimits;
import dev.portcullis.outage.Outage;
import dev.portcullis.redis.RateCell;
import dev.portcullis.redis.RateCell.Turn;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the logins and refreshes of all replicas below Cognito's quota, which is that of a whole account (Cognito developer guide, "Quotas"): a
 * burst waits for its turns, and what would wait too long is told to come back.
 *
 * <p>Metric: {@code portcullis_cognito_budget_refused_total}.
 */
public final class IdpBudget {
    private static final String CELL = "cognito";

    private final Vertx vertx;
    private final RateCell cells;
    private final Optional<RateCell.Rate> rate;
    private final Duration patience;
    private final Counter refused;

    public IdpBudget(Vertx vertx, RateLimits config, RateCell cells, MeterRegistry metrics) {
        this.vertx = vertx;
        this.cells = cells;
        this.rate = config.cognitoRefreshes() == 0
                ? Optional.empty()
                : Optional.of(RateCell.Rate.of(config.cognitoRefreshes(), Duration.ofSeconds(1)));
        this.patience = config.cognitoPatience();
        this.refused = metrics.counter("portcullis.cognito.budget.refused");
    }

    /** Completes when Cognito may be asked; fails with {@link Outage}. */
    public Future<Void> turn() {
        return rate.isEmpty()
                ? Future.succeededFuture()
                : cells.take(CELL, rate.get(), patience).compose(this::await);
    }

    private Future<Void> await(Turn turn) {
        if (turn instanceof Turn.Refused refusal) {
            refused.increment();
            Duration seconds =
                    Duration.ofSeconds(refusal.retryAfter().plusMillis(999).toSeconds());
            return Future.failedFuture(
                    new Outage("cognito", "the budget for logins and refreshes is used up", seconds));
        }
        long ms = ((Turn.Granted) turn).delay().toMillis();
        return ms == 0
                ? Future.succeededFuture()
                : vertx.timer(ms, TimeUnit.MILLISECONDS).mapEmpty();
    }
}
