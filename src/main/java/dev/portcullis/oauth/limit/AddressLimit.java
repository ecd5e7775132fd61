package dev.portcullis.oauth.limit;

import dev.portcullis.http.ClientAddress;
import dev.portcullis.http.HttpProblem;
import dev.portcullis.redis.RateCell;
import dev.portcullis.redis.RateCell.Turn;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Stands before an endpoint: so many requests a minute from one client address, all replicas counted together, and 429 beyond (RFC 6585 §4).
 * A limit is a courtesy to the others, no lock: where Redis cannot say, or not soon, the request goes on, with most of the time left that it may
 * take.
 *
 * <p>Metric: {@code portcullis_rate_limited_total} by endpoint and outcome, {@code refused} or {@code unchecked}.
 */
public final class AddressLimit {
    private final RateCell cells;
    private final ClientAddress addresses;
    private final MeterRegistry metrics;
    private final Duration patience;

    /** @param patience how long a request may wait for Redis to say whether it is one too many */
    public AddressLimit(RateCell cells, ClientAddress addresses, MeterRegistry metrics, Duration patience) {
        this.cells = cells;
        this.addresses = addresses;
        this.metrics = metrics;
        this.patience = patience;
    }

    /**
     * @param endpoint its name in metrics and in Redis
     * @param perMinute 0 for no limit
     * @param refusal answers a request that may not go on, in the endpoint's own way
     */
    public Handler<HttpServerRequest> before(
            String endpoint,
            int perMinute,
            Handler<HttpServerRequest> handler,
            BiConsumer<HttpServerRequest, Throwable> refusal) {
        if (perMinute == 0) {
            return handler;
        }
        RateCell.Rate rate = RateCell.Rate.of(perMinute, Duration.ofMinutes(1));
        Counter refused = counter(endpoint, "refused");
        Counter unchecked = counter(endpoint, "unchecked");
        return request -> {
            boolean hasBody = !request.method().equals(HttpMethod.GET);
            if (hasBody) {
                // Nothing of it may be lost meanwhile.
                request.pause();
            }
            cells.take(endpoint + ":" + addresses.networkOf(request), rate, Duration.ZERO)
                    .timeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                    .onComplete(taken -> {
                        if (taken.failed()) {
                            unchecked.increment();
                        }
                        if (taken.succeeded() && taken.result() instanceof Turn.Refused turn) {
                            refused.increment();
                            refusal.accept(request, tooMany(turn.retryAfter()));
                        } else {
                            handler.handle(request);
                        }
                        if (hasBody) {
                            request.resume();
                        }
                    });
        };
    }

    private static HttpProblem tooMany(Duration retryAfter) {
        Duration seconds = Duration.ofSeconds(retryAfter.plusMillis(999).toSeconds());
        return HttpProblem.tooManyRequests(seconds);
    }

    private Counter counter(String endpoint, String outcome) {
        return metrics.counter("portcullis.rate.limited", "endpoint", endpoint, "outcome", outcome);
    }
}
