package dev.portcullis.ops;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/**
 * Whether this process can serve. Without Redis it still serves everybody who is signed in, so that is {@code degraded} and no reason to take
 * it out of the balancer; without Cognito's keys it cannot check a token at all.
 */
public final class Readiness {
    // Written once by each verticle instance at its start, read by the management server.
    private final List<BooleanSupplier> redis = new CopyOnWriteArrayList<>();
    private final List<BooleanSupplier> revocations = new CopyOnWriteArrayList<>();
    private volatile BooleanSupplier draining = () -> false;
    private final List<BooleanSupplier> keys = new CopyOnWriteArrayList<>();

    /** What the process knows; like {@link #watch}. */
    public void watchRevocations(BooleanSupplier known) {
        revocations.add(known);
    }

    /** Whether this process has been asked to stop. */
    public void watchDraining(BooleanSupplier underWay) {
        draining = underWay;
    }

    /** What one event loop knows; the suppliers may be called from any thread and give a recent value. */
    public void watch(BooleanSupplier redisUp, BooleanSupplier keysKnown) {
        redis.add(redisUp);
        keys.add(keysKnown);
    }

    public boolean isReady() {
        return !draining.getAsBoolean() && knowsKeys();
    }

    private boolean knowsKeys() {
        return !keys.isEmpty() && keys.stream().allMatch(BooleanSupplier::getAsBoolean);
    }

    public JsonObject toJson() {
        boolean redisUp = redis.stream().allMatch(BooleanSupplier::getAsBoolean);
        boolean revocationsKnown = revocations.stream().allMatch(BooleanSupplier::getAsBoolean);
        String unready = draining.getAsBoolean() ? "draining" : "not ready";
        return new JsonObject()
                .put("status", !isReady() ? unready : redisUp && revocationsKnown ? "ready" : "degraded")
                .put("redis", redisUp ? "up" : "down")
                .put("revocations", revocationsKnown ? "known" : "unknown")
                .put("cognitoKeys", knowsKeys() ? "known" : "unknown");
    }
}
