package dev.portcullis.mcp;

import dev.portcullis.config.GatewayConfig;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The MCP endpoints of one event loop. When the configuration changes, those that it changes are made anew; the others never notice. */
public final class McpEndpoints {
    private final Function<GatewayConfig.Upstream, McpEndpoint> maker;
    private Map<String, McpEndpoint> current = Map.of();

    public McpEndpoints(Function<GatewayConfig.Upstream, McpEndpoint> maker) {
        this.maker = maker;
    }

    /**
     * Those of this configuration, by the name of the upstream. Exchanges and streams of endpoints that are no longer among them go on to their
     * own end.
     */
    public Map<String, McpEndpoint> of(GatewayConfig config) {
        Map<String, McpEndpoint> next = new HashMap<>();
        config.upstreams()
                .forEach((name, upstream) -> next.put(
                        name,
                        Optional.ofNullable(current.get(name))
                                .filter(endpoint -> endpoint.serves(upstream))
                                .orElseGet(() -> maker.apply(upstream))));
        current.values().stream()
                .filter(endpoint -> !next.containsValue(endpoint))
                .forEach(McpEndpoint::retire);
        current = Map.copyOf(next);
        return current;
    }
}
