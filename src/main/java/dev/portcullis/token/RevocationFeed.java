package dev.portcullis.token;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.redis.RedisLink;
import dev.portcullis.redis.RedisMetrics;
import dev.portcullis.redis.RedisSubscription;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps {@link Revocations} up to date, once a process: told by Redis at once, and comparing notes every {@code revocation.check}, because
 * messages can get lost. Each comparison also sends a message to itself; where that does not come back, the subscription is renewed.
 */
public final class RevocationFeed extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(RevocationFeed.class);
    // Read again each time: what a replica of Redis that has become the master since may have got late.
    private static final long OVERLAP_MS = 30_000;
    // While Redis is away each attempt is one command that fails at once.
    private static final long RETRY_MS = 500;

    private final GatewayConfig config;
    private final Revocations view;
    private final RedisMetrics metrics;
    private final String ownChannel;
    private Optional<RedisLink> link = Optional.empty();
    private Optional<RedisSubscription> subscription = Optional.empty();
    private Optional<Future<Void>> reading = Optional.empty();
    private boolean readAllNext = true;
    private long readUntil;
    private long checks;
    private boolean again;
    private long checksHeard;
    private boolean saidUnknown;

    /** @param replica an id nobody else has */
    public RevocationFeed(GatewayConfig config, Revocations view, RedisMetrics metrics, String replica) {
        this.config = config;
        this.view = view;
        this.metrics = metrics;
        this.ownChannel = RevokedGrants.CHANNEL + ":" + replica;
    }

    /** Redis does not have to be there; trying goes on. */
    @Override
    public Future<?> start() {
        RedisLink commands = new RedisLink(vertx, config.redis(), metrics);
        RevokedGrants revoked = new RevokedGrants(config, commands, view);
        RedisSubscription messages = new RedisSubscription(
                vertx, config.redis(), metrics, Set.of(RevokedGrants.CHANNEL, ownChannel), new Listener(revoked));
        link = Optional.of(commands);
        subscription = Optional.of(messages);
        vertx.setPeriodic(config.revocation().check().toMillis(), tick -> read(revoked));
        return commands.start().compose(tried -> messages.start()).compose(tried -> read(revoked));
    }

    @Override
    public Future<?> stop() {
        return Future.join(
                link.map(RedisLink::close).orElse(Future.succeededFuture()),
                subscription.map(RedisSubscription::close).orElse(Future.succeededFuture()));
    }

    private final class Listener implements RedisSubscription.Subscriber {
        private final RevokedGrants revoked;

        Listener(RevokedGrants revoked) {
            this.revoked = revoked;
        }

        @Override
        public void subscribed() {
            // Whatever was said before, and by whichever server, may have been missed.
            readAllNext = true;
            checksHeard = checks;
            reading.ifPresentOrElse(running -> running.onComplete(done -> read(revoked)), () -> read(revoked));
        }

        @Override
        public void message(String channel, String payload) {
            if (channel.equals(ownChannel)) {
                checksHeard = Math.max(checksHeard, Long.parseLong(payload));
            } else {
                revoked.learn(payload);
            }
        }
    }

    /** What a comparison of notes sent to itself has come back by now, if messages arrive at all. */
    private void renewIfSilent(long number) {
        if (checksHeard < number) {
            checksHeard = checks;
            subscription.ifPresent(RedisSubscription::renew);
        }
    }

    private Future<Void> read(RevokedGrants revoked) {
        if (reading.isPresent()) {
            return reading.get();
        }
        long since = readAllNext ? 0 : Math.max(0, readUntil - OVERLAP_MS);
        readAllNext = false;
        long number = ++checks;
        Future<Void> read = revoked.read(since, ownChannel, String.valueOf(number))
                .transform(result -> {
                    reading = Optional.empty();
                    if (result.succeeded()) {
                        view.add(result.result().revoked());
                        view.confirm();
                        vertx.setTimer(config.redis().timeout().toMillis(), late -> renewIfSilent(number));
                        // A clock that went back belongs to another server.
                        readAllNext |= result.result().at() < readUntil;
                        readUntil = result.result().at();
                    } else {
                        readAllNext = true;
                        readAgainSoon(revoked);
                    }
                    report();
                    return Future.succeededFuture();
                });
        // A link that is down has failed it already.
        reading = Optional.of(read).filter(running -> !running.isComplete());
        return read;
    }

    /** What is over as soon as Redis is back need not wait for the next check. */
    private void readAgainSoon(RevokedGrants revoked) {
        if (!again) {
            again = true;
            vertx.setTimer(RETRY_MS / 2 + ThreadLocalRandom.current().nextLong(RETRY_MS), fired -> {
                again = false;
                read(revoked);
            });
        }
    }

    /** Once, not at every check. */
    private void report() {
        if (view.isKnown() && saidUnknown) {
            LOG.atInfo().log("revocations are known again");
        } else if (!view.isKnown() && !saidUnknown) {
            LOG.atWarn()
                    .addKeyValue("whenUnknown", config.revocation().whenUnknown())
                    .log("cannot learn from Redis which grants were revoked");
        }
        saidUnknown = !view.isKnown();
    }
}
