package dev.portcullis.mcp.upstream;

import dev.portcullis.config.UpstreamTransport;
import java.util.function.LongSupplier;

/**
 * Whether an endpoint is worth trying, judged by how it did. After so many failures in a row it is passed over for a while; then a single
 * request probes it, and decides whether it is back or passed over for twice as long.
 */
final class Health {
    private final UpstreamTransport.Health policy;
    private final LongSupplier nanoTime;
    private int failures;
    private int ejections;
    private long ejectedUntil;
    private boolean probing;

    Health(UpstreamTransport.Health policy, LongSupplier nanoTime) {
        this.policy = policy;
        this.nanoTime = nanoTime;
    }

    /** Whether it may have a request now. */
    boolean admits() {
        return ejections == 0 || (!probing && nanoTime.getAsLong() - ejectedUntil >= 0);
    }

    /** A request goes there; answers whether it is a probe. */
    boolean begin() {
        if (ejections == 0 || probing || nanoTime.getAsLong() - ejectedUntil < 0) {
            return false;
        }
        probing = true;
        return true;
    }

    /** The probe ended without telling anything. */
    void abandonProbe() {
        probing = false;
    }

    /** Answers whether that made a difference. */
    boolean succeeded() {
        boolean back = ejections > 0;
        failures = 0;
        ejections = 0;
        probing = false;
        return back;
    }

    /** Answers whether it is passed over from now on. */
    boolean failed(boolean probe) {
        failures++;
        if (ejections > 0 && !probe) {
            // A straggler from before; what counts now is the probe.
            return false;
        }
        if (probe) {
            probing = false;
        } else if (failures < policy.failures()) {
            return false;
        }
        long longest = policy.maxEject().toNanos();
        long first = policy.eject().toNanos();
        // Doubled at most 20 times: beyond, every sensible limit is reached and no long overflows.
        long time = Math.min(longest, Math.min(first, longest >> Math.min(ejections, 20)) << Math.min(ejections, 20));
        ejections++;
        ejectedUntil = nanoTime.getAsLong() + Math.max(time, 1);
        return true;
    }
}
