package dev.portcullis.testkit;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Two gateways on a Redis of a test's own, with a person who may call as fast as the machine can.
 *
 * @param management their ports
 */
public record Replicas(World world, List<Integer> management) implements AutoCloseable {
    public static final int COUNT = 2;

    /** @param redisUrl as the configuration has it */
    public static Replicas on(String redisUrl) {
        List<Integer> management = Ports.free(COUNT);
        int[] next = {0};
        World world = World.start(COUNT, yaml -> {
            // The first configuration that is read is not that of a gateway.
            yaml.getJsonObject("management").put("port", management.get(Math.max(0, next[0]++ - 1)));
            yaml.put("redis", new JsonObject().put("url", redisUrl));
            yaml.put("revocation", new JsonObject().put("check", "5s").put("staleAfter", "60s"));
            yaml.getJsonObject("upstreams").getJsonObject("demo").put("limits", new JsonObject().put("ratePerUser", 0));
        });
        return new Replicas(world, management);
    }

    /** Whether both have every connection to Redis that they want. */
    public boolean areReady() {
        return IntStream.range(0, COUNT)
                .allMatch(gateway ->
                        get(gateway, "/health/ready").json().getString("status").equals("ready"));
    }

    /** Whether one of them took a client for a thief. */
    public boolean suspectReuse() {
        return IntStream.range(0, COUNT)
                .mapToObj(gateway -> get(gateway, "/metrics").body())
                .anyMatch(Replicas::suspectReuse);
    }

    /** @param metrics of a gateway, where every event is counted from zero */
    public static boolean suspectReuse(String metrics) {
        return metrics.lines().anyMatch(line -> line.contains("event=\"reuse\"") && !line.endsWith(" 0.0"));
    }

    private Answer get(int gateway, String path) {
        return new Browser().get("http://localhost:" + management.get(gateway) + path);
    }

    @Override
    public void close() {
        world.close();
    }
}
