package dev.portcullis;

import dev.portcullis.config.ConfigException;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.KeyRing;
import dev.portcullis.dev.DevWorld;
import dev.portcullis.dev.DevWorldException;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.net.BindException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/** {@code portcullis dev}: the whole world on this machine. */
@CommandLine.Command(
        name = "dev",
        mixinStandardHelpOptions = true,
        description = "Runs everything on this machine: Redis, a local Cognito, a demo MCP server and the gateway.")
final class DevCommand implements Callable<Integer> {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @CommandLine.Option(
            names = "--port",
            defaultValue = "8080",
            description = "Of the gateway (default: ${DEFAULT-VALUE}).")
    private int port = 8080;

    @CommandLine.Option(
            names = "--host",
            defaultValue = "localhost",
            description = "With --only mcp, what to listen on (default: ${DEFAULT-VALUE}).")
    private String host = "localhost";

    @CommandLine.Option(
            names = "--upstream",
            paramLabel = "NAME=URL",
            description = "An MCP server of yours to put behind the gateway instead of the demo; may be repeated.")
    private Map<String, String> upstreams = new LinkedHashMap<>();

    @CommandLine.Option(
            names = "--user",
            paramLabel = "NAME:PASSWORD",
            defaultValue = "demo:" + DevWorld.DEFAULT_PASSWORD,
            description = "The login (default: ${DEFAULT-VALUE}).")
    private String user = "demo:" + DevWorld.DEFAULT_PASSWORD;

    @CommandLine.Option(
            names = "--access-token-ttl",
            paramLabel = "SECONDS",
            defaultValue = "3600",
            description =
                    "Life of access tokens, to see refreshing without waiting an hour (default: ${DEFAULT-VALUE}).")
    private int accessTokenTtl = 3600;

    @CommandLine.Option(
            names = "--only",
            paramLabel = "PART",
            description =
                    "cognito: start the local Cognito alone; mcp: the demo MCP server alone, at --host and --port.")
    private Part only = Part.EVERYTHING;

    /** What can be started. */
    enum Part {
        EVERYTHING,
        COGNITO,
        MCP
    }

    @Override
    public Integer call() throws Exception {
        if (user.indexOf(':') < 1 || user.endsWith(":")) {
            return complain("--user must be NAME:PASSWORD.");
        }
        PrometheusMeterRegistry metrics = Runtimes.metrics();
        Vertx vertx = Runtimes.vertx(metrics);
        DevWorld.Options options = new DevWorld.Options(
                port,
                upstreams,
                user.substring(0, user.indexOf(':')),
                user.substring(user.indexOf(':') + 1),
                Duration.ofSeconds(accessTokenTtl));
        try {
            String banner = start(vertx, options, metrics);
            Shutdown.atExit(vertx);
            spec.commandLine().getOut().println(banner);
            spec.commandLine().getOut().flush();
            return 0;
        } catch (ExecutionException e) {
            vertx.close();
            return complain(explain(e));
        } catch (DevWorldException | ConfigException e) {
            vertx.close();
            return complain(String.valueOf(e.getMessage()));
        }
    }

    /** Answers what to tell the person. */
    private String start(Vertx vertx, DevWorld.Options options, PrometheusMeterRegistry metrics) throws Exception {
        switch (only) {
            case COGNITO:
                return DevWorld.cognitoOnly(vertx, options);
            case MCP:
                return DevWorld.mcpOnly(vertx, host, port);
            default:
                DevWorld world = DevWorld.start(vertx, options);
                open(vertx, world.config(), metrics);
                return world.banner();
        }
    }

    private static void open(Vertx vertx, GatewayConfig config, PrometheusMeterRegistry metrics) throws Exception {
        KeyRing keys = KeyRing.generate(InstantSource.system());
        new Gateway(vertx, config, keys, metrics)
                .start(1)
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    private String explain(ExecutionException failure) {
        Throwable cause = failure.getCause();
        if (cause instanceof BindException) {
            return "Port " + port + " is taken; stop what uses it, or choose another one with --port.";
        }
        return cause instanceof ConnectException
                ? "Cannot connect: " + cause.getMessage()
                : "Could not start: " + cause;
    }

    private int complain(String message) {
        spec.commandLine().getErr().println(message);
        return 1;
    }
}
