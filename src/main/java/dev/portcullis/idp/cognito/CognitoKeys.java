package dev.portcullis.idp.cognito;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.outage.Outage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool's public keys by key id, in memory. Fetched ahead of need; a key id that is not known causes a fetch at most once per cool-down,
 * so that a flood of made-up tokens causes none; keys that were good stay good while Cognito cannot be reached. Event-loop confined.
 */
final class CognitoKeys {
    private static final Logger LOG = LoggerFactory.getLogger(CognitoKeys.class);
    private static final int MAX_KEYS = 32;

    private final WebClient client;
    private final GatewayConfig.Cognito config;
    private final InstantSource clock;
    // Volatile for the readiness probe alone, which asks from another thread.
    private volatile Map<String, RSAKey> keys = Map.of();
    private volatile Optional<Instant> fetched = Optional.empty();
    private Optional<Future<Void>> fetch = Optional.empty();
    private Instant mayFetch = Instant.MIN;
    private boolean failed;

    CognitoKeys(Vertx vertx, WebClient client, GatewayConfig.Cognito config, InstantSource clock) {
        this.client = client;
        this.config = config;
        this.clock = clock;
        Duration tick = config.jwksCooldown().compareTo(config.jwksRefresh()) < 0
                ? config.jwksCooldown()
                : config.jwksRefresh();
        vertx.setPeriodic(tick.toMillis(), now -> fetchAheadOfNeed());
    }

    boolean isLoaded() {
        return !keys.isEmpty();
    }

    /** When the known ones were fetched; safe to ask from any thread. */
    Optional<Instant> fetched() {
        return fetched;
    }

    /** After a failure it is tried again soon: a replica without keys is not ready, so nobody's request would do it. */
    private void fetchAheadOfNeed() {
        boolean old = fetched.map(at -> !at.plus(config.jwksRefresh()).isAfter(clock.instant()))
                .orElse(true);
        if (failed || old) {
            fetch();
        }
    }

    /**
     * Empty for a key id the pool does not have; fails with {@link Outage} while it cannot be asked, because the key may be one it has just
     * rotated to.
     */
    Future<Optional<RSAKey>> find(String keyId) {
        RSAKey known = keys.get(keyId);
        if (known != null) {
            return Future.succeededFuture(Optional.of(known));
        }
        if (fetch.isEmpty() && clock.instant().isBefore(mayFetch)) {
            return answer(keyId);
        }
        return fetch().transform(done -> answer(keyId));
    }

    /** Concurrent callers share one fetch. */
    Future<Void> fetch() {
        return fetch.orElseGet(() -> {
            mayFetch = clock.instant().plus(config.jwksCooldown());
            Future<Void> started = client.getAbs(config.jwksUri())
                    .timeout(config.timeout().toMillis())
                    .send()
                    .timeout(config.timeout().plus(Duration.ofMillis(100)).toMillis(), TimeUnit.MILLISECONDS)
                    .compose(this::adopt)
                    .onFailure(error -> LOG.atWarn()
                            .addKeyValue("reason", error.getClass().getSimpleName())
                            .log("cannot fetch Cognito's keys, going on with the known ones"));
            fetch = Optional.of(started);
            started.onComplete(done -> {
                failed = done.failed();
                fetch = Optional.empty();
            });
            return started;
        });
    }

    private Future<Optional<RSAKey>> answer(String keyId) {
        Optional<RSAKey> key = Optional.ofNullable(keys.get(keyId));
        return key.isEmpty() && (failed || keys.isEmpty())
                ? Future.failedFuture(new Outage("cognito", "its keys could not be fetched"))
                : Future.succeededFuture(key);
    }

    private Future<Void> adopt(HttpResponse<Buffer> response) {
        if (response.statusCode() != 200) {
            return Future.failedFuture(new Outage("cognito", "the key set answered status " + response.statusCode()));
        }
        try {
            Map<String, RSAKey> usable = new HashMap<>();
            for (JWK key : JWKSet.parse(response.bodyAsString()).getKeys()) {
                // Other providers list encryption keys here too.
                if (key instanceof RSAKey rsa
                        && rsa.getKeyID() != null
                        && rsa.size() >= 2048
                        && (rsa.getKeyUse() == null || rsa.getKeyUse().equals(KeyUse.SIGNATURE))
                        && usable.size() < MAX_KEYS) {
                    usable.put(rsa.getKeyID(), rsa);
                }
            }
            if (usable.isEmpty()) {
                return Future.failedFuture(new Outage("cognito", "the key set holds no usable key"));
            }
            keys = Map.copyOf(usable);
            fetched = Optional.of(clock.instant());
            return Future.succeededFuture();
        } catch (ParseException e) {
            return Future.failedFuture(new Outage("cognito", "the key set is not a JWK set"));
        }
    }
}
