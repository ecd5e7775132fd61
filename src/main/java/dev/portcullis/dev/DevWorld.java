package dev.portcullis.dev;

import dev.portcullis.config.ConfigReader;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.dev.cognito.CognitoPool;
import dev.portcullis.dev.cognito.CognitoSimulator;
import dev.portcullis.dev.cognito.PoolUser;
import dev.portcullis.dev.mcp.DemoMcpServer;
import dev.portcullis.dev.redis.LocalRedis;
import dev.portcullis.dev.redis.LocalRedisException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Everything around a gateway on this machine: Redis, Cognito, an MCP server, and the configuration that joins them. The gateway itself is
 * the real one. Blocking: not for an event loop.
 */
public final class DevWorld {
    /** Of the login that is there without being asked for; known to everybody, for loopback only. */
    public static final String DEFAULT_PASSWORD = "Portcullis-1";

    private final GatewayConfig config;
    private final String banner;

    private DevWorld(GatewayConfig config, String banner) {
        this.config = config;
        this.banner = banner;
    }

    /**
     * @param port of the gateway
     * @param upstreams by name; none stands for the demo server
     */
    public record Options(
            int port, Map<String, String> upstreams, String user, String password, Duration accessTokenTtl) {

        String publicUrl() {
            return "http://localhost:" + port;
        }
    }

    /** Throws {@link DevWorldException}. */
    public static DevWorld start(Vertx vertx, Options options) {
        options.upstreams().forEach(DevWorld::requireReachable);
        LocalRedis redis = redis();
        CognitoSimulator cognito = await(cognito(vertx, options));
        Map<String, String> upstreams = options.upstreams().isEmpty()
                ? Map.of(
                        "demo",
                        await(DemoMcpServer.start(vertx, "localhost", 0)).url())
                : options.upstreams();
        GatewayConfig config = config(options, redis, cognito, upstreams);
        return new DevWorld(config, Banner.of(config, options, redis, cognito));
    }

    /**
     * The local Cognito alone, for another program to use; its app client has the callback URL of a gateway at {@code options.port}. Answers
     * what to tell the person. Throws {@link DevWorldException}.
     */
    public static String cognitoOnly(Vertx vertx, Options options) {
        return Banner.ofCognito(await(cognito(vertx, options)), options);
    }

    /** The demo MCP server alone; it believes every header. Answers what to tell the person. Throws {@link DevWorldException}. */
    public static String mcpOnly(Vertx vertx, String host, int port) {
        try {
            return Banner.ofMcp(await(DemoMcpServer.start(vertx, host, port)));
        } catch (DevWorldException e) {
            throw e.getCause() instanceof ExecutionException failed && failed.getCause() instanceof BindException
                    ? new DevWorldException("Port " + port + " is taken; choose another one with --port.", e)
                    : e;
        }
    }

    public GatewayConfig config() {
        return config;
    }

    /** What to tell the person who started it. */
    public String banner() {
        return banner;
    }

    private static LocalRedis redis() {
        try {
            return LocalRedis.start(LocalRedis.Options.standard());
        } catch (LocalRedisException e) {
            throw new DevWorldException(String.valueOf(e.getMessage()), e);
        }
    }

    private static Future<CognitoSimulator> cognito(Vertx vertx, Options options) {
        CognitoPool pool = CognitoPool.demo(options.publicUrl() + "/callback", options.user(), options.password())
                .withLogoutUrls(options.publicUrl() + "/signed-out");
        PoolUser person = pool.users()
                .get(0)
                .withAttributes(
                        Map.of("email", options.user() + "@example.com", "email_verified", "true", "name", "Demo User"))
                .withGroups("demo-users");
        CognitoPool furnished = new CognitoPool(
                pool.poolId(),
                pool.issuer(),
                pool.clients(),
                List.of(person),
                pool.resourceServers(),
                pool.managedLogin());
        return CognitoSimulator.start(vertx, furnished);
    }

    /** The same file format as in production, so that a development gateway cannot be configured in a way production could not. */
    private static GatewayConfig config(
            Options options, LocalRedis redis, CognitoSimulator cognito, Map<String, String> upstreams) {
        JsonObject servers = new JsonObject();
        // One person on one machine: limits would only be in the way of load tests.
        JsonObject limits = new JsonObject()
                .put("ratePerUser", 0)
                .put("openPerUser", 0)
                .put("streamsPerUser", 0)
                .put("open", 0);
        upstreams.forEach((name, url) -> servers.put(
                name,
                new JsonObject().put("url", url).put("maxConnections", 20_000).put("limits", limits)));
        JsonObject yaml = new JsonObject()
                .put("publicUrl", options.publicUrl())
                .put("listen", new JsonObject().put("host", "localhost").put("port", options.port()))
                .put("management", new JsonObject().put("host", "localhost").put("port", 0))
                .put(
                        "cognito",
                        new JsonObject()
                                .put("issuer", cognito.issuer())
                                .put("jwksUri", cognito.jwksUri())
                                .put("domain", cognito.domain())
                                .put("clientId", cognito.pool().client().id())
                                .put("logout", true)
                                .put(
                                        "clientSecret",
                                        cognito.pool().client().secrets().get(0)))
                .put("redis", new JsonObject().put("url", redis.url()))
                .put("keys", new JsonObject().put("directory", "in-memory"))
                .put(
                        "tokens",
                        new JsonObject()
                                .put("accessTokenTtl", options.accessTokenTtl().toSeconds() + "s"))
                // The Inspector's web page.
                .put("http", new JsonObject().put("origins", new JsonArray().add("http://localhost:6274")))
                .put(
                        "registration",
                        new JsonObject()
                                .put(
                                        "privateUseSchemes",
                                        new JsonArray().add("cursor").add("vscode")))
                // A developer's client has its document on this machine.
                .put("clientDocuments", new JsonObject().put("loopback", true))
                .put("upstreams", servers);
        // JSON is YAML.
        return new ConfigReader(Map.of()).read("the development configuration", yaml.encode(), Path.of(""));
    }

    private static void requireReachable(String name, String url) {
        try (Socket socket = new Socket()) {
            URI uri = URI.create(url);
            int port = uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
            socket.connect(new InetSocketAddress(String.valueOf(uri.getHost()), port), 2000);
        } catch (IOException | IllegalArgumentException e) {
            throw new DevWorldException(
                    "The upstream " + name + " does not answer at " + url + "; start it first, or correct the URL.", e);
        }
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new DevWorldException("A part of the development world did not start: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DevWorldException("Interrupted while starting.", e);
        }
    }
}
