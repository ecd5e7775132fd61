package dev.portcullis.testkit;

import dev.portcullis.Gateway;
import dev.portcullis.config.ConfigReader;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.KeyDirectory;
import dev.portcullis.crypto.KeyRing;
import dev.portcullis.dev.cognito.CognitoPool;
import dev.portcullis.dev.cognito.CognitoSimulator;
import dev.portcullis.dev.cognito.PoolUser;
import dev.portcullis.dev.mcp.DemoMcpServer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/** Gateways on one Redis, with one key ring, one Cognito and a demo server behind them under the names {@code demo} and {@code other}. */
public final class World implements AutoCloseable {
    public static final String USER = "maria";
    public static final String OTHER_USER = "paul";
    public static final String PASSWORD = "Corr3ct-horse";

    private final Vertx vertx;
    private final List<String> origins = new ArrayList<>();
    private final CognitoSimulator cognito;
    private final DemoMcpServer demo;
    private final GatewayConfig config;

    private final List<GatewayProcess> processes = new ArrayList<>();
    private final List<Gateway> gateways = new ArrayList<>();
    private Optional<Path> files = Optional.empty();
    private JsonObject configuration = new JsonObject();

    /** How a gateway comes to run. */
    private interface Launch {
        void gateway(World world, int index, JsonObject configuration);
    }

    private World(int gateways, Consumer<JsonObject> change, Launch launch) {
        this(Vertx.vertx(), gateways, change, launch);
    }

    private World(Vertx vertx, int gateways, Consumer<JsonObject> change, Launch launch) {
        this(vertx, gateways, Optional.empty(), change, launch);
    }

    private World(Vertx vertx, int gateways, Optional<String> front, Consumer<JsonObject> change, Launch launch) {
        this.vertx = vertx;
        List<Integer> ports = Ports.free(gateways);
        String publicUrl = front.orElse("http://localhost:" + ports.get(0));
        cognito = await(CognitoSimulator.start(
                vertx,
                CognitoPool.demo(publicUrl + "/callback", USER, PASSWORD)
                        .withLogoutUrls(publicUrl + "/signed-out")
                        .withUser(PoolUser.of(OTHER_USER, PASSWORD))));
        demo = await(DemoMcpServer.start(vertx, "localhost", 0));
        config = read(yaml(publicUrl, ports.get(0), change));
        for (int i = 0; i < gateways; i++) {
            origins.add("http://localhost:" + ports.get(i));
            configuration = yaml(publicUrl, ports.get(i), change);
            launch.gateway(this, i, configuration);
        }
    }

    public static World start() {
        return start(1);
    }

    /** @param change of the configuration, as the YAML has it */
    public static World start(Consumer<JsonObject> change) {
        return start(1, change);
    }

    /** Several gateways with one public URL, as behind a balancer. */
    public static World start(int gateways) {
        return start(gateways, configuration -> {});
    }

    public static World start(int gateways, Consumer<JsonObject> change) {
        KeyRing ring = KeyRing.generate(InstantSource.system());
        return new World(gateways, change, inThisProcess(gateway -> ring));
    }

    /** One gateway that asks this server what addresses names stand for. */
    public static World startWithDns(FakeDns dns, Consumer<JsonObject> change) {
        KeyRing ring = KeyRing.generate(InstantSource.system());
        AddressResolverOptions resolver = new AddressResolverOptions().addServer(dns.server());
        Vertx vertx = Vertx.vertx(new VertxOptions().setAddressResolverOptions(resolver));
        return new World(vertx, 1, change, inThisProcess(gateway -> ring));
    }

    /** One gateway that clients reach at this URL, where the test puts something in front of it. */
    public static World startBehind(String publicUrl, KeyRing keys, Consumer<JsonObject> change) {
        return new World(Vertx.vertx(), 1, Optional.of(publicUrl), change, inThisProcess(gateway -> keys));
    }

    /** @param keys of each gateway, which should share them in the end */
    public static World startWithKeys(int gateways, IntFunction<KeyRing> keys) {
        return new World(gateways, configuration -> {}, inThisProcess(keys));
    }

    /** As {@link #start(int)}, each gateway a process of its own. */
    public static World startProcesses(int gateways) {
        return startProcesses(gateways, configuration -> {});
    }

    public static World startProcesses(int gateways, Consumer<JsonObject> change) {
        return startProcesses(gateways, change, process -> {});
    }

    /** @param arrange what is to be different about each process */
    public static World startProcesses(int gateways, Consumer<JsonObject> change, Consumer<ProcessBuilder> arrange) {
        try {
            Path directory = Files.createTempDirectory("portcullis-gateways");
            new KeyDirectory(directory.resolve("keys"), InstantSource.system()).create();
            World world = new World(
                    gateways,
                    configuration -> {
                        configuration.getJsonObject("keys").put("directory", "keys");
                        change.accept(configuration);
                    },
                    (owner, index, yaml) -> owner.processes.add(
                            GatewayProcess.start(directory, "gateway-" + index, yaml, owner.gateway(index), arrange)));
            world.files = Optional.of(directory);
            return world;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Launch inThisProcess(IntFunction<KeyRing> keys) {
        return (world, index, yaml) -> {
            Gateway gateway = new Gateway(
                    world.vertx, read(yaml), keys.apply(index), new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
            world.gateways.add(gateway);
            await(gateway.start(1));
        };
    }

    /** What SIGTERM does, for a gateway that is no process of its own; completes when everything has ended. */
    public CompletableFuture<Void> drain(int gateway) {
        return gateways.get(gateway).drain().toCompletionStage().toCompletableFuture();
    }

    /** Sends SIGTERM to a gateway that is a process; completes with its exit status. */
    public CompletableFuture<Integer> terminate(int gateway) {
        return processes.get(gateway).terminate();
    }

    /** SIGKILL to a gateway that is a process. */
    public void kill(int gateway) {
        processes.get(gateway).kill();
    }

    /** Starts a gateway anew whose process has ended; returns when it answers. */
    public void restart(int gateway) {
        processes.get(gateway).restart();
    }

    /** What a gateway writes to standard output that is a process with a pipe for it. */
    public InputStream output(int gateway) {
        return processes.get(gateway).output();
    }

    /** What a gateway has written that is a process. */
    public String log(int gateway) {
        try {
            return Files.readString(files.orElseThrow().resolve("gateway-" + gateway + ".log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The keys of gateways that are processes. */
    public KeyDirectory keys() {
        return new KeyDirectory(files.orElseThrow().resolve("keys"), InstantSource.system());
    }

    /** Of a gateway that is a process. */
    public long pid(int gateway) {
        return processes.get(gateway).pid();
    }

    /** Changes the file of the only gateway, which is a process. */
    public void reconfigure(Consumer<JsonObject> change) {
        change.accept(configuration);
        rewrite(configuration.encode());
    }

    /** Puts this text into the file of the only gateway, which is a process. */
    public void rewrite(String yaml) {
        try {
            Path directory = files.orElseThrow();
            Path next = Files.writeString(directory.resolve("next"), yaml);
            Files.move(next, directory.resolve("gateway-0.yaml"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    /** That of the last gateway, as its file would have it; a copy. */
    public JsonObject configuration() {
        return configuration.copy();
    }

    public CognitoSimulator cognito() {
        return cognito;
    }

    @Override
    public void close() {
        processes.forEach(GatewayProcess::close);
        await(vertx.close());
        files.ifPresent(World::delete);
    }

    /** All but the logs in it. */
    static void delete(Path directory) {
        KeptLogs.keep(directory);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JsonObject yaml(String publicUrl, int port, Consumer<JsonObject> change) {
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
                .put(
                        "drain",
                        new JsonObject().put("delay", "0s").put("streams", "0s").put("timeout", "2s"))
                // All tests come from one address; those about limits switch them on.
                .put(
                        "rateLimits",
                        new JsonObject()
                                .put("register", 0)
                                .put("authorize", 0)
                                .put("token", 0)
                                .put("refreshesOfGrant", 0))
                .put(
                        "upstreams",
                        new JsonObject()
                                .put("demo", new JsonObject().put("url", demo.url()))
                                .put("other", new JsonObject().put("url", demo.url())));
        change.accept(yaml);
        return yaml;
    }

    private static GatewayConfig read(JsonObject yaml) {
        return new ConfigReader(Map.of()).read("a test's configuration", yaml.encode(), Path.of(""));
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("the world could not be built", e);
        }
    }
}
