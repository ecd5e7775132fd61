package dev.portcullis.it;

import static org.awaitility.Awaitility.await;

import dev.portcullis.testkit.Answer;
import dev.portcullis.testkit.Browser;
import dev.portcullis.testkit.Ports;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Gateway processes with a balancer in front: requests go in turn to those that said they are ready when they were last asked. Where a
 * connection is refused, the next one is tried, as nothing was sent; nothing else is tried again.
 */
final class Fleet implements AutoCloseable {
    private static final Duration PROBE = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final World world;
    private final List<Integer> management;
    private final Set<Integer> ready = new ConcurrentSkipListSet<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    private final ScheduledExecutorService probes = Executors.newSingleThreadScheduledExecutor();

    private Fleet(World world, List<Integer> management) {
        this.world = world;
        this.management = management;
        probes.scheduleWithFixedDelay(this::probe, 0, PROBE.toMillis(), TimeUnit.MILLISECONDS);
        await().atMost(PATIENCE).until(() -> ready.size() == management.size());
    }

    /** @param change of each gateway's configuration */
    static Fleet start(int gateways, Consumer<JsonObject> change) {
        List<Integer> management = Ports.free(gateways);
        int[] next = {0};
        World world = World.startProcesses(gateways, yaml -> {
            // The first configuration that is read is not that of a process.
            yaml.getJsonObject("management").put("port", management.get(Math.max(0, next[0]++ - 1)));
            // One person does the work of many.
            JsonObject limits =
                    new JsonObject().put("ratePerUser", 0).put("openPerUser", 0).put("streamsPerUser", 0);
            yaml.getJsonObject("upstreams").getJsonObject("demo").put("limits", limits);
            yaml.put("connections", new JsonObject().put("maxPerUser", 1000));
            change.accept(yaml);
        });
        return new Fleet(world, management);
    }

    World world() {
        return world;
    }

    /** Throws {@link RequestFailedException} where there is no answer, or one that tells of trouble. */
    Answer request(Function<String, Answer> request) {
        return ask(gateway -> {
            long began = System.nanoTime();
            Answer answer = request.apply(gateway);
            if (answer.status() >= 400) {
                throw new RequestFailedException(gateway, began, answer.gist());
            }
            return answer;
        });
    }

    /** For requests that judge their answers themselves. */
    <T> T ask(Function<String, T> request) {
        while (true) {
            String gateway = next();
            long began = System.nanoTime();
            try {
                return request.apply(gateway);
            } catch (AssertionError e) {
                if (!(e.getCause() instanceof ConnectException)) {
                    throw new RequestFailedException(gateway, began, e.getMessage() + ": " + e.getCause());
                }
            }
        }
    }

    String next() {
        List<Integer> now = List.copyOf(ready);
        if (now.isEmpty()) {
            throw new AssertionError("no gateway is ready");
        }
        return world.gateway(now.get(Math.floorMod(turn.getAndIncrement(), now.size())));
    }

    /** What Prometheus would read. */
    String metrics(int gateway) {
        return new Browser()
                .get("http://localhost:" + management.get(gateway) + "/metrics")
                .body();
    }

    /** SIGTERM; completes with the exit status. */
    CompletableFuture<Integer> terminate(int gateway) {
        return world.terminate(gateway);
    }

    /** Returns when it gets requests again. */
    void restart(int gateway) {
        world.restart(gateway);
        await().atMost(PATIENCE).until(() -> ready.contains(gateway));
    }

    private void probe() {
        for (int i = 0; i < management.size(); i++) {
            if (isReady(management.get(i))) {
                ready.add(i);
            } else {
                ready.remove(i);
            }
        }
    }

    private boolean isReady(int port) {
        HttpRequest probe = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/health/ready"))
                .timeout(Duration.ofSeconds(2))
                .build();
        try {
            return client.send(probe, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        probes.shutdownNow();
        world.close();
    }
}
