package dev.portcullis.idp.cognito;

import dev.portcullis.outage.Outage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.PoolOptions;
import io.vertx.ext.auth.oauth2.OAuth2Auth;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The connections to Cognito's token endpoint, and the line before them. The library's own line has no end, and sends what was given up long
 * ago: that would spend Cognito's quota, and refresh tokens that it rotates, for nobody. What has no connection in time here is not sent.
 * Event-loop confined.
 */
final class CognitoConnections {
    // The library makes its clients with these, and lets nobody change them.
    private static final int OF_A_CLIENT = PoolOptions.DEFAULT_MAX_POOL_SIZE;

    private final Vertx vertx;
    private final int max;
    private final int maxWaiting;
    private final List<Lane> lanes;
    private final Deque<Promise<Void>> waiting = new ArrayDeque<>();
    private int underWay;

    /** Clients of the library, one for each secret, and how many calls they have out. */
    private static final class Lane {
        private final List<OAuth2Auth> bySecret;
        private int underWay;

        Lane(List<OAuth2Auth> bySecret) {
            this.bySecret = bySecret;
        }
    }

    /**
     * @param max calls that are out at once, each on a connection of its own
     * @param maxWaiting calls that wait for one
     * @param bySecret makes clients, one for each secret of the app client
     */
    CognitoConnections(Vertx vertx, int max, int maxWaiting, Supplier<List<OAuth2Auth>> bySecret) {
        this.vertx = vertx;
        this.max = max;
        this.maxWaiting = maxWaiting;
        this.lanes = IntStream.range(0, (max + OF_A_CLIENT - 1) / OF_A_CLIENT)
                .mapToObj(lane -> new Lane(bySecret.get()))
                .toList();
    }

    /**
     * Makes a call. Fails with {@link Outage} where it was not sent, with a {@link java.util.concurrent.TimeoutException} where its answer was
     * not awaited.
     *
     * @param secret which of the secrets to show
     * @param patience for a connection
     * @param limit for the answer; the connection is busy until the call has really ended
     */
    <T> Future<T> use(int secret, Duration patience, Duration limit, Function<OAuth2Auth, Future<T>> call) {
        return turn(patience).compose(mayGo -> {
            Lane lane = lanes.stream()
                    .min(Comparator.comparingInt(one -> one.underWay))
                    .orElseThrow();
            underWay++;
            lane.underWay++;
            return call.apply(lane.bySecret.get(secret))
                    .onComplete(ended -> {
                        underWay--;
                        lane.underWay--;
                        next();
                    })
                    .timeout(limit.toMillis(), TimeUnit.MILLISECONDS);
        });
    }

    private Future<Void> turn(Duration patience) {
        if (underWay < max && waiting.isEmpty()) {
            return Future.succeededFuture();
        }
        if (waiting.size() >= maxWaiting) {
            return Future.failedFuture(new Outage("cognito", "too many calls wait for a connection"));
        }
        Promise<Void> turn = Promise.promise();
        waiting.add(turn);
        long timer = vertx.setTimer(Math.max(1, patience.toMillis()), late -> {
            if (waiting.remove(turn)) {
                turn.fail(new Outage("cognito", "no connection was free in time"));
            }
        });
        return turn.future().onComplete(over -> vertx.cancelTimer(timer));
    }

    private void next() {
        if (underWay < max && !waiting.isEmpty()) {
            waiting.remove().complete();
        }
    }
}
