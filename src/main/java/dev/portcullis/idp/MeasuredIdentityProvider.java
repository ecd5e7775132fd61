package dev.portcullis.idp;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Measures what the gateway asks of a provider over the network.
 *
 * <p>Metric: {@code portcullis_idp_call_seconds} by operation (exchange, refresh, revoke) and outcome (ok, refused, outage).
 */
public final class MeasuredIdentityProvider implements IdentityProvider {
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(1500),
        Duration.ofSeconds(5)
    };

    private final IdentityProvider provider;
    private final MeterRegistry metrics;

    public MeasuredIdentityProvider(IdentityProvider provider, MeterRegistry metrics) {
        this.provider = provider;
        this.metrics = metrics;
    }

    @Override
    public String authorizationUrl(AuthorizationQuery query) {
        return provider.authorizationUrl(query);
    }

    @Override
    public Optional<String> signOutUrl(String returnTo) {
        return provider.signOutUrl(returnTo);
    }

    @Override
    public Future<IdpTokens> exchange(String code, String codeVerifier, String nonce) {
        return measured("exchange", () -> provider.exchange(code, codeVerifier, nonce));
    }

    @Override
    public Future<IdpTokens> refresh(String refreshToken, Duration patience) {
        return measured("refresh", () -> provider.refresh(refreshToken, patience));
    }

    @Override
    public Future<Void> revoke(String refreshToken) {
        return measured("revoke", () -> provider.revoke(refreshToken));
    }

    /** From memory nearly always, for every call: not measured. */
    @Override
    public Future<IdpAccessToken> verify(String accessToken) {
        return provider.verify(accessToken);
    }

    private <T> Future<T> measured(String operation, Supplier<Future<T>> call) {
        long asked = System.nanoTime();
        return call.get()
                .onComplete(answer -> Timer.builder("portcullis.idp.call")
                        .tags("operation", operation, "outcome", outcome(answer))
                        .serviceLevelObjectives(BUCKETS)
                        .register(metrics)
                        .record(Duration.ofNanos(System.nanoTime() - asked)));
    }

    private static String outcome(AsyncResult<?> answer) {
        return answer.succeeded() ? "ok" : answer.cause() instanceof IdpRefused ? "refused" : "outage";
    }
}
