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
 * Keeps the logins and refreshes of all replicas below Cognito's quotas, which are those of a whole account (Cognito developer guide, "Quotas"):
 * a burst waits for its turns, and what would wait too long is told to come back. Logins, which anybody can begin, have a quota of their own
 * there and a budget of their own here: no flood of them keeps a refresh waiting.
 *
 * <p>Metric: {@code portcullis_cognito_budget_refused_total}.
 */
public final class IdpBudget {
    private static final String REFRESHES = "cognito";
    private static final String LOGINS = "cognito-logins";

    private final Vertx vertx;
    private final RateCell cells;
    private final Optional<RateCell.Rate> refreshes;
    private final Optional<RateCell.Rate> logins;
    private final Duration patience;
    private final Counter refused;

    public IdpBudget(Vertx vertx, RateLimits config, RateCell cells, MeterRegistry metrics) {
        this.vertx = vertx;
        this.cells = cells;
        this.refreshes = evenly(config.cognitoRefreshes());
        this.logins = evenly(config.cognitoLogins());
        this.patience = config.cognitoPatience();
        this.refused = metrics.counter("portcullis.cognito.budget.refused");
    }

    /** One after the other: a burst on top of the rate would be more in one second than the quota. */
    private static Optional<RateCell.Rate> evenly(int perSecond) {
        return perSecond == 0
                ? Optional.empty()
                : Optional.of(new RateCell.Rate(1, Duration.ofSeconds(1).dividedBy(perSecond)));
    }

    /** Completes when Cognito may be asked to refresh; fails with {@link Outage}. */
    public Future<Void> turn() {
        return turn(REFRESHES, refreshes);
    }

    /** Completes when Cognito may be asked for the tokens of a login; fails with {@link Outage}. */
    public Future<Void> loginTurn() {
        return turn(LOGINS, logins);
    }

    private Future<Void> turn(String cell, Optional<RateCell.Rate> rate) {
        return rate.isEmpty()
                ? Future.succeededFuture()
                : cells.take(cell, rate.get(), patience).compose(this::await);
    }

    private Future<Void> await(Turn turn) {
        if (turn instanceof Turn.Refused refusal) {
            refused.increment();
            Duration seconds =
                    Duration.ofSeconds(refusal.retryAfter().plusMillis(999).toSeconds());
            return Future.failedFuture(new Outage("cognito", "the budget for its quota is used up", seconds));
        }
        long ms = ((Turn.Granted) turn).delay().toMillis();
        return ms == 0
                ? Future.succeededFuture()
                : vertx.timer(ms, TimeUnit.MILLISECONDS).mapEmpty();
    }
}
