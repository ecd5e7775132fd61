package dev.portcullis.idp.cognito;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import dev.portcullis.config.Cognito;
import dev.portcullis.outage.Outage;
import dev.portcullis.trace.CurrentSpan;
import dev.portcullis.trace.Span;
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
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool's public keys by key id, in memory. Fetched ahead of need; key ids that are not known, however many, cause a fetch at most once per
 * cool-down; keys that were good stay good while Cognito cannot be reached. Event-loop confined.
 */
final class CognitoKeys {
    private static final Logger LOG = LoggerFactory.getLogger(CognitoKeys.class);
    private static final int MAX_KEYS = 32;
    private static final int MAX_ABSENT = 100;
    private static final Duration BETWEEN_FETCHES = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final WebClient client;
    private final Cognito config;
    private final CognitoSpans spans;
    private final InstantSource clock;
    // Volatile for the readiness probe alone, which asks from another thread.
    private volatile Map<String, RSAKey> keys = Map.of();
    private volatile Optional<Instant> fetched = Optional.empty();
    private Optional<Future<Void>> fetch = Optional.empty();
    // Key ids that a key set did not have, and until when that is believed.
    private final Map<String, Instant> absent = new HashMap<>();
    // When a key id that is not known may cause a fetch again.
    private Instant mayAsk = Instant.MIN;
    private boolean failed;
    private boolean again;

    CognitoKeys(Vertx vertx, WebClient client, Cognito config, CognitoSpans spans, InstantSource clock) {
        this.vertx = vertx;
        this.client = client;
        this.config = config;
        this.spans = spans;
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
     * Empty for a key id the pool does not have; fails with {@link Outage} while it cannot be asked, or was asked for others a moment ago, because
     * the key may be one it has just rotated to.
     *
     * @param fresh for a token that came from Cognito just now: its key may be younger than the latest fetch, and nobody else can make it up
     */
    Future<Optional<RSAKey>> find(String keyId, boolean fresh) {
        RSAKey known = keys.get(keyId);
        if (known != null) {
            return Future.succeededFuture(Optional.of(known));
        }
        if (fetch.isEmpty() && !fresh) {
            Instant now = clock.instant();
            // Without any keys they are being tried for anyway.
            if (keys.isEmpty() ? failed : now.isBefore(absent.getOrDefault(keyId, Instant.MIN))) {
                return answer(keyId);
            }
            if (now.isBefore(mayAsk)) {
                return Future.failedFuture(new Outage(
                        "cognito",
                        "was asked for other keys a moment ago",
                        Duration.between(now, mayAsk).plusSeconds(1)));
            }
            if (!keys.isEmpty()) {
                mayAsk = now.plus(config.jwksCooldown());
            }
        }
        return fetch().transform(done -> {
            if (done.succeeded() && !keys.containsKey(keyId)) {
                believeAbsent(keyId);
            }
            return answer(keyId);
        });
    }

    private void believeAbsent(String keyId) {
        if (absent.size() >= MAX_ABSENT) {
            absent.clear();
        }
        absent.put(keyId, clock.instant().plus(config.jwksCooldown()));
    }

    /** Concurrent callers share one fetch. */
    Future<Void> fetch() {
        return fetch.map(CurrentSpan::keep).orElseGet(() -> {
            Span span = spans.keys();
            Future<Void> started = client.getAbs(config.jwksUri())
                    .timeout(config.timeout().toMillis())
                    .send()
                    .timeout(config.timeout().plus(Duration.ofMillis(100)).toMillis(), TimeUnit.MILLISECONDS)
                    .compose(this::adopt)
                    .onComplete(done -> CognitoSpans.end(span, done))
                    .onFailure(error -> LOG.atWarn()
                            .addKeyValue("reason", error.getClass().getSimpleName())
                            .log("cannot fetch Cognito's keys, going on with the known ones"));
            fetch = Optional.of(started);
            started.onComplete(done -> {
                failed = done.failed();
                fetch = Optional.empty();
                if (failed) {
                    fetchAgainSoon();
                }
            });
            return started;
        });
    }

    /** So that trouble which is over stays nobody's trouble. */
    private void fetchAgainSoon() {
        if (!again) {
            again = true;
            long pause =
                    BETWEEN_FETCHES.toMillis() + ThreadLocalRandom.current().nextLong(BETWEEN_FETCHES.toMillis());
            vertx.setTimer(pause, fired -> {
                again = false;
                fetch();
            });
        }
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
