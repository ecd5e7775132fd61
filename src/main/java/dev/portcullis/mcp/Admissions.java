package dev.portcullis.mcp;

import dev.portcullis.config.GatewayConfig;
import dev.portcullis.config.ToolPolicy;
import dev.portcullis.config.UpstreamLimits;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The counts of each upstream, one for all event loops. An upstream whose limits or tool rules change begins to count anew. For any thread. */
public final class Admissions {
    private final Map<String, Counted> byUpstream = new ConcurrentHashMap<>();
    private final int maxUsers;

    private record Counted(UpstreamLimits limits, ToolPolicy tools, Admission admission) {}

    /** @param maxUsers remembered at once for each upstream */
    public Admissions(int maxUsers) {
        this.maxUsers = maxUsers;
    }

    Admission of(GatewayConfig.Upstream upstream) {
        return byUpstream
                .compute(
                        upstream.name(),
                        (name, counted) -> counted != null
                                        && counted.limits().equals(upstream.limits())
                                        && counted.tools().equals(upstream.tools())
                                ? counted
                                : new Counted(
                                        upstream.limits(),
                                        upstream.tools(),
                                        new Admission(upstream.limits(), upstream.tools(), maxUsers, System::nanoTime)))
                .admission();
    }
}
