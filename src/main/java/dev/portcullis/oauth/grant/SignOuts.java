package dev.portcullis.oauth.grant;

import dev.portcullis.audit.AuditEvent;
import dev.portcullis.audit.AuditLog;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.idp.IdentityProvider;
import dev.portcullis.oauth.grant.UnfinishedRevocations.Batch;
import dev.portcullis.oauth.grant.UnfinishedRevocations.Unfinished;
import dev.portcullis.outage.Outage;
import dev.portcullis.redis.RedisLink;
import dev.portcullis.redis.SealedJson;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends sign-ins at the identity provider. Nobody waits for it, but what began is finished: while the provider is in trouble, and after the
 * death of this process, each is tried again, by any replica, until it has worked or {@code revocation.keepUnfinished} is over.
 *
 * <p>Metrics: {@code portcullis_idp_revocations_total} by {@code outcome}: {@code done}, {@code deferred} (tried again later), {@code failed}
 * (given up); and {@code portcullis_idp_revocations_waiting}.
 */
public final class SignOuts {
    private static final Logger LOG = LoggerFactory.getLogger(SignOuts.class);
    private static final int AT_ONCE = 4;

    private final Vertx vertx;
    private final UnfinishedRevocations unfinished;
    private final Duration retry;
    private final IdentityProvider idp;
    private final MeterRegistry metrics;
    private final AuditLog audit;
    private final InstantSource clock;
    private final AtomicLong waiting = new AtomicLong();
    // Of this event loop, which alone touches it.
    private int underWay;

    public SignOuts(
            Vertx vertx,
            GatewayConfig config,
            RedisLink redis,
            SealedJson sealed,
            IdentityProvider idp,
            MeterRegistry metrics,
            AuditLog audit,
            InstantSource clock) {
        this.vertx = vertx;
        this.retry = config.revocation().retry();
        // The batch is worked off one by one, and left at the first that gets no answer.
        Duration answer = config.cognito().timeout().multipliedBy(2);
        Duration lease = answer.compareTo(retry) < 0 ? retry : answer;
        this.unfinished = new UnfinishedRevocations(config.revocation(), lease, redis, sealed, clock);
        this.idp = idp;
        this.metrics = metrics;
        this.audit = audit;
        this.clock = clock;
        Gauge.builder("portcullis.idp.revocations.waiting", waiting, AtomicLong::get)
                .register(metrics);
    }

    /** From now on this event loop does its share of what was left. */
    public void start() {
        vertx.setPeriodic(retry.toMillis(), tick -> resume());
    }

    /** @param grantId for the log; {@code -} for a sign-in that no grant came from */
    void end(String grantId, String idpRefreshToken) {
        unfinished.keep(grantId, idpRefreshToken).onComplete(kept -> {
            Optional<Unfinished> entry = kept.succeeded() ? kept.result() : Optional.empty();
            entry.ifPresentOrElse(this::attemptUnlessBusy, () -> onlyNow(grantId, idpRefreshToken));
        });
    }

    /** Somebody who disconnects everything at once must keep nobody from signing in; what is left is taken up when it is due. */
    private void attemptUnlessBusy(Unfinished entry) {
        if (underWay < AT_ONCE) {
            underWay++;
            attempt(entry, false).onComplete(over -> underWay--);
        }
    }

    /** There is no room for it, or no Redis to remember it. */
    private void onlyNow(String grantId, String idpRefreshToken) {
        idp.revoke(idpRefreshToken)
                .onSuccess(done -> count("done"))
                .onFailure(failure -> giveUp(grantId, String.valueOf(failure.getMessage())));
    }

    private void resume() {
        unfinished
                .due()
                .onSuccess(this::resume)
                .onFailure(failure -> LOG.atDebug()
                        .addKeyValue("reason", failure.getMessage())
                        .log("cannot see which sign-ins are to be ended at Cognito"));
    }

    private void resume(Batch batch) {
        waiting.set(batch.waiting());
        for (int i = 0; i < batch.gone(); i++) {
            giveUp("-", "it was sealed with a key that is distrusted");
        }
        next(batch.entries().iterator());
    }

    private void next(Iterator<Unfinished> entries) {
        if (!entries.hasNext()) {
            return;
        }
        Unfinished entry = entries.next();
        if (!clock.instant().isBefore(entry.until())) {
            unfinished.finished(entry.entry());
            giveUp(entry.grantId(), "Cognito gave no answer for too long");
            next(entries);
            return;
        }
        // What the provider does not answer now, it will not answer for the others either.
        attempt(entry, true).onSuccess(answered -> next(entries));
    }

    /** Fails where the provider did not answer. */
    private Future<Void> attempt(Unfinished entry, boolean again) {
        return idp.revoke(entry.idpRefreshToken())
                .onSuccess(done -> {
                    count("done");
                    if (again) {
                        audit.record(new AuditEvent.SignOut("done", entry.grantId()));
                    }
                    unfinished.finished(entry.entry());
                })
                .recover(failure -> {
                    if (failure instanceof Outage) {
                        defer(entry, again, failure);
                        return Future.failedFuture(failure);
                    }
                    unfinished.finished(entry.entry());
                    giveUp(entry.grantId(), String.valueOf(failure.getMessage()));
                    return Future.succeededFuture();
                });
    }

    private void defer(Unfinished entry, boolean again, Throwable failure) {
        count("deferred");
        if (!again) {
            audit.record(new AuditEvent.SignOut("deferred", entry.grantId()));
        }
        LOG.atWarn()
                .addKeyValue("grant", entry.grantId())
                .addKeyValue("reason", failure.getMessage())
                .log("could not revoke the sign-in at Cognito, trying again later");
    }

    private void giveUp(String grantId, String reason) {
        count("failed");
        audit.record(new AuditEvent.SignOut("failed", grantId));
        LOG.atWarn()
                .addKeyValue("grant", grantId)
                .addKeyValue("reason", reason)
                .log("could not revoke the sign-in at Cognito");
    }

    private void count(String outcome) {
        metrics.counter("portcullis.idp.revocations", "outcome", outcome).increment();
    }
}
