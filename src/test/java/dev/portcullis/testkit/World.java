package dev.portcullis.testkit;

import dev.portcullis.Gateway;
import dev.portcullis.config.ConfigReader;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.KeyRing;
import dev.portcullis.dev.cognito.CognitoPool;
import dev.portcullis.dev.cognito.CognitoSimulator;
import dev.portcullis.dev.mcp.DemoMcpServer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** Gateways on one Redis, with one key ring, one Cognito and a demo server behind them under the names {@code demo} and {@code other}. */
public final class World implements AutoCloseable {
    public static final String USER = "maria";
    public static final String PASSWORD = "Corr3ct-horse";

    private final Vertx vertx = Vertx.vertx();
    private final List<String> origins = new ArrayList<>();
    private final CognitoSimulator cognito;
    private final DemoMcpServer demo;
    private final GatewayConfig config;

    private World(int gateways, IntFunction<KeyRing> keys, Consumer<JsonObject> change) {
        List<Integer> ports = freePorts(gateways);
        String publicUrl = "http://localhost:" + ports.get(0);
        cognito = await(CognitoSimulator.start(vertx, CognitoPool.demo(publicUrl + "/callback", USER, PASSWORD)));
        demo = await(DemoMcpServer.start(vertx, "localhost", 0));
        config = config(publicUrl, ports.get(0), change);
        for (int i = 0; i < gateways; i++) {
            origins.add("http://localhost:" + ports.get(i));
            GatewayConfig own = config(publicUrl, ports.get(i), change);
            await(new Gateway(vertx, own, keys.apply(i), new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
                    .start(1));
        }
    }

    public static World start() {
        return start(1);
    }

    /** @param change of the configuration, as the YAML has it */
    public static World start(Consumer<JsonObject> change) {
        return new World(1, oneRing(), change);
    }

    /** Several gateways with one public URL, as behind a balancer. */
    public static World start(int gateways) {
        return new World(gateways, oneRing(), configuration -> {});
    }

    /** Several gateways, configured alike. */
    public static World start(int gateways, Consumer<JsonObject> change) {
        return new World(gateways, oneRing(), change);
    }

    /** @param keys of each gateway, which should share them in the end */
    public static World start(int gateways, IntFunction<KeyRing> keys) {
        return new World(gateways, keys, configuration -> {});
    }

    private static IntFunction<KeyRing> oneRing() {
        KeyRing ring = KeyRing.generate(InstantSource.system());
        return gateway -> ring;
    }

    /** The public URL; the first gateway answers there. */
    public String url() {
        return config.publicUrl();
    }

    /** The address of one of several gateways. */
    public String gateway(int index) {
        return origins.get(index % origins.size());
    }

    public String mcpUrl() {
        return url() + "/demo/mcp";
    }

    /** Of the first gateway. */
    public GatewayConfig config() {
        return config;
    }

    public CognitoSimulator cognito() {
        return cognito;
    }

    @Override
    public void close() {
        await(vertx.close());
    }

    private GatewayConfig config(String publicUrl, int port, Consumer<JsonObject> change) {
        JsonObject yaml = new JsonObject()
                .put("publicUrl", publicUrl)
                .put("listen", new JsonObject().put("host", "localhost").put("port", port))
                .put("management", new JsonObject().put("host", "localhost").put("port", 0))
                .put(
                        "cognito",
                        new JsonObject()
                                .put("issuer", cognito.issuer())
                                .put("jwksUri", cognito.jwksUri())
                                .put("domain", cognito.domain())
                                .put("clientId", cognito.pool().client().id())
                                .put(
                                        "clientSecret",
                                        cognito.pool().client().secrets().get(0)))
                .put("redis", new JsonObject().put("url", TestRedis.url()))
                .put("keys", new JsonObject().put("directory", "in-memory"))
                // All tests come from one address; those about limits switch them on.
                .put(
                        "rateLimits",
                        new JsonObject().put("register", 0).put("authorize", 0).put("token", 0))
                .put(
                        "upstreams",
                        new JsonObject()
                                .put("demo", new JsonObject().put("url", demo.url()))
                                .put("other", new JsonObject().put("url", demo.url())));
        change.accept(yaml);
        return new ConfigReader(Map.of()).read("a test's configuration", yaml.encode(), Path.of(""));
    }

    private static List<Integer> freePorts(int count) {
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            try (ServerSocket socket = new ServerSocket(0)) {
                ports.add(socket.getLocalPort());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return ports;
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("the world could not be built", e);
        }
    }
}
