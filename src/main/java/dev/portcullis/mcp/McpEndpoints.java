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
     * own end. Where one cannot be made, everything is as before.
     */
    public Map<String, McpEndpoint> of(GatewayConfig config) {
        Map<String, McpEndpoint> next = new HashMap<>();
        try {
            config.upstreams()
                    .forEach((name, upstream) -> next.put(
                            name,
                            Optional.ofNullable(current.get(name))
                                    .filter(endpoint -> endpoint.serves(upstream))
                                    .orElseGet(() -> maker.apply(upstream))));
        } catch (RuntimeException e) {
            retire(next, current);
            throw e;
        }
        retire(current, next);
        current = Map.copyOf(next);
        return current;
    }

    private static void retire(Map<String, McpEndpoint> these, Map<String, McpEndpoint> butNotThese) {
        these.values().stream()
                .filter(endpoint -> !butNotThese.containsValue(endpoint))
                .forEach(McpEndpoint::retire);
    }
}
