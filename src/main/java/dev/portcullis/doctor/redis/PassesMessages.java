package dev.portcullis.doctor.redis;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.doctor.check.Check;
import dev.portcullis.doctor.check.Once;
import dev.portcullis.doctor.check.Outcome;
import dev.portcullis.redis.RedisLink;
import dev.portcullis.redis.RedisMetrics;
import dev.portcullis.redis.RedisSubscription;
import dev.portcullis.redis.Script;
import dev.portcullis.token.RevokedGrants;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Set;

/** {@code redis.pubsub}: whether a message comes back, on a channel beside the one that tells replicas of revocations. */
record PassesMessages(Vertx vertx, GatewayConfig.Redis config, RedisMetrics metrics, Once<RedisLink> link, String name)
        implements Check {
    private static final Script SAY = Script.of(PassesMessages.class, "say");

    @Override
    public String id() {
        return "redis.pubsub";
    }

    @Override
    public Future<Outcome> run() {
        String channel = RevokedGrants.CHANNEL + ":" + name;
        Promise<Void> subscribed = Promise.promise();
        Promise<Outcome> heard = Promise.promise();
        RedisSubscription.Subscriber listener = new RedisSubscription.Subscriber() {
            @Override
            public void subscribed() {
                subscribed.tryComplete();
            }

            @Override
            public void message(String from, String payload) {
                heard.tryComplete(new Outcome.Passed("messages arrive"));
            }
        };
        RedisSubscription subscription = new RedisSubscription(vertx, config, metrics, Set.of(channel), listener);
        return subscription
                .start()
                .compose(tried -> subscribed.future())
                .compose(ready -> link.get())
                .compose(redis -> redis.run(SAY, List.of("pc:" + name), List.of(channel, "doctor")))
                .compose(said -> heard.future())
                .onComplete(done -> subscription.close());
    }

    @Override
    public String remedy() {
        return "Allow SUBSCRIBE and PUBLISH on the channels (ACL SETUSER … resetchannels &pc:* +subscribe +publish): without them revocations"
                + " take until revocation.check to reach every replica.";
    }
}
