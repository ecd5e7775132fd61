package dev.portcullis;

import dev.portcullis.audit.AuditEvent;
import dev.portcullis.audit.AuditLog;
import dev.portcullis.config.ConfigException;
import dev.portcullis.config.ConfigReader;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.crypto.KeyDirectory;
import dev.portcullis.crypto.KeyException;
import dev.portcullis.crypto.KeyReloader;
import dev.portcullis.crypto.KeyRing;
import dev.portcullis.http.ClientAddress;
import dev.portcullis.ops.ConfigReloader;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.net.BindException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import picocli.CommandLine;

/** {@code portcullis serve --config FILE}: production. */
@CommandLine.Command(name = "serve", mixinStandardHelpOptions = true, description = "Runs the gateway.")
final class ServeCommand implements Callable<Integer> {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @CommandLine.Option(
            names = "--config",
            required = true,
            description = "The configuration, such as conf/gateway.yaml.")
    private Path config = Path.of("conf/gateway.yaml");

    @Override
    public Integer call() throws Exception {
        try {
            ConfigReader reader = new ConfigReader(System.getenv());
            GatewayConfig read = reader.read(config);
            run(() -> reader.read(config), read, new KeyDirectory(read.keys().directory(), InstantSource.system()));
            return 0;
        } catch (ConfigException | KeyException e) {
            return complain(String.valueOf(e.getMessage()));
        } catch (BindException e) {
            return complain("A port is taken (listen.port or management.port in " + config
                    + "); stop what uses it, or choose another one.");
        }
    }

    private static void run(Supplier<GatewayConfig> file, GatewayConfig config, KeyDirectory directory)
            throws Exception {
        KeyRing keys = directory.read();
        PrometheusMeterRegistry metrics = Runtimes.metrics();
        Vertx vertx = Runtimes.vertx(metrics);
        AuditLog audit = new AuditLog(new ClientAddress(config.http()), metrics);
        new KeyReloader(
                        directory,
                        keys,
                        metrics,
                        (inUse, distrusted) -> audit.record(new AuditEvent.KeysChanged(inUse, distrusted)))
                .start(vertx, config.keys().reload());
        Gateway gateway = new Gateway(vertx, config, keys, metrics);
        Shutdown.atExit(vertx, gateway::drain, config.drain().timeout());
        try {
            gateway.start(Runtime.getRuntime().availableProcessors())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
            new ConfigReloader(file, config, metrics, gateway::adopt).start(vertx, config.reload());
        } catch (ExecutionException e) {
            vertx.close();
            if (e.getCause() instanceof BindException taken) {
                throw taken;
            }
            throw e;
        }
    }

    private int complain(String message) {
        spec.commandLine().getErr().println(message);
        return 1;
    }
}
