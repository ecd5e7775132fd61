package dev.portcullis.mcp;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.config.ToolPolicy;
import dev.portcullis.config.UpstreamLimits;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The counts of each upstream, one for all event loops. An upstream whose limits change begins to count anew. For any thread. */
public final class Admissions {
    private final Map<String, Counted> byUpstream = new ConcurrentHashMap<>();
    private final int maxUsers;

    private record Counted(UpstreamLimits limits, ToolPolicy tools, Admission admission) {
        boolean is(GatewayConfig.Upstream upstream) {
            // Rules count nothing.
            return limits.equals(upstream.limits())
                    && tools.maxHeldBytes() == upstream.tools().maxHeldBytes()
                    && tools.maxInspectedBytes() == upstream.tools().maxInspectedBytes();
        }
    }

    /** @param maxUsers remembered at once for each upstream */
    public Admissions(int maxUsers) {
        this.maxUsers = maxUsers;
    }

    Admission of(GatewayConfig.Upstream upstream) {
        return byUpstream
                .compute(
                        upstream.name(),
                        (name, counted) -> counted != null && counted.is(upstream)
                                ? counted
                                : new Counted(
                                        upstream.limits(),
                                        upstream.tools(),
                                        new Admission(upstream.limits(), upstream.tools(), maxUsers, System::nanoTime)))
                .admission();
    }
}
