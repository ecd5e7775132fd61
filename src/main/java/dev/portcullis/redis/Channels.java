package dev.portcullis.redis;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.HashSet;
import java.util.Set;

/** What a connection listens to that does nothing else. */
record Channels(Set<String> names) {

    /**
     * Completes when messages of all of them arrive. Nothing else may ever be sent on this connection: the client library takes a pushed message
     * for the answer of a command that waits.
     */
    Future<Void> subscribe(RedisConnection fresh, RedisSubscription.Subscriber subscriber) {
        Promise<Void> confirmed = Promise.promise();
        Set<String> missing = new HashSet<>(names);
        fresh.handler(push -> {
            if (push instanceof ErrorType refused) {
                confirmed.tryFail(refused);
                return;
            }
            if (push.size() != 3) {
                return;
            }
            String channel = text(push, 1);
            switch (text(push, 0)) {
                case "subscribe":
                    if (missing.remove(channel) && missing.isEmpty()) {
                        confirmed.tryComplete();
                        subscriber.subscribed();
                    }
                    break;
                case "message":
                    subscriber.message(channel, text(push, 2));
                    break;
                default:
                // Nothing else was asked for.
            }
        });
        Request request = Request.cmd(Command.SUBSCRIBE);
        names.forEach(request::arg);
        return fresh.send(request).compose(sent -> confirmed.future());
    }

    private static String text(Response push, int index) {
        return String.valueOf(push.get(index));
    }
}
