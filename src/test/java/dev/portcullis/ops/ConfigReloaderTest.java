package dev.portcullis.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.config.ConfigReader;
import dev.portcullis.config.GatewayConfig;
import dev.portcullis.testkit.LogCapture;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A configuration that cannot be read again")
class ConfigReloaderTest {
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final GatewayConfig before =
            new ConfigReader(Map.of("COGNITO_CLIENT_SECRET", "x")).read(Path.of("conf/gateway.yaml"));
    private Optional<RuntimeException> trouble = Optional.empty();
    private GatewayConfig file = before;

    @Test
    @DisplayName("for a reason that nobody thought of is said once, without that, and shows in the metrics")
    void unexpected() {
        ConfigReloader reloader = new ConfigReloader(() -> file, before, metrics, next -> Future.succeededFuture());
        trouble = Optional.of(new UncheckedIOException(new IOException("hush-hush")));
        try (LogCapture log = LogCapture.of(ConfigReloader.class.getName())) {
            reloader.adopt(read());
            reloader.adopt(read());
            assertThat(log.lines(line -> line.getString("reason", "").contains("UncheckedIOException")))
                    .hasSize(1);
            assertThat(log.text()).doesNotContain("hush-hush");
        }
        assertThat(unreadable()).isEqualTo(1);
        trouble = Optional.empty();
        reloader.adopt(read());
        assertThat(unreadable()).isZero();
    }

    @Test
    @DisplayName("is not in use where it could not be put to use, and is tried again")
    void notAdopted() {
        List<GatewayConfig> adopted = new ArrayList<>();
        ConfigReloader reloader = new ConfigReloader(() -> file, before, metrics, next -> {
            if (trouble.isPresent()) {
                return Future.failedFuture(trouble.get());
            }
            adopted.add(next);
            return Future.succeededFuture();
        });
        file = before.withChangesOf(new ConfigReader(Map.of("COGNITO_CLIENT_SECRET", "x", "EVERYTHING_API_KEY", "new"))
                .read(Path.of("conf/gateway.yaml")));
        GatewayConfig changed = file;
        trouble = Optional.of(new IllegalStateException());
        reloader.adopt(read());
        assertThat(unreadable()).isEqualTo(1);
        assertThat(metrics.counter("portcullis.config.changes").count()).isZero();
        trouble = Optional.empty();
        reloader.adopt(read());
        assertThat(adopted).containsExactly(changed);
        assertThat(unreadable()).isZero();
    }

    @Test
    @DisplayName("in parts of the gateway is taken back there when the file is put back")
    void putBack() {
        List<GatewayConfig> told = new ArrayList<>();
        ConfigReloader reloader = new ConfigReloader(() -> file, before, metrics, next -> {
            told.add(next);
            return trouble.<Future<Void>>map(Future::failedFuture).orElseGet(Future::succeededFuture);
        });
        GatewayConfig changed =
                before.withChangesOf(new ConfigReader(Map.of("COGNITO_CLIENT_SECRET", "x", "EVERYTHING_API_KEY", "new"))
                        .read(Path.of("conf/gateway.yaml")));
        trouble = Optional.of(new IllegalStateException());
        file = changed;
        reloader.adopt(read());
        file = before;
        reloader.adopt(read());
        assertThat(unreadable()).isEqualTo(1);
        trouble = Optional.empty();
        reloader.adopt(read());
        reloader.adopt(read());
        assertThat(told).containsExactly(changed, before, before);
        assertThat(unreadable()).isZero();
    }

    private Future<GatewayConfig> read() {
        return trouble.filter(failure -> failure instanceof UncheckedIOException)
                .<Future<GatewayConfig>>map(Future::failedFuture)
                .orElseGet(() -> Future.succeededFuture(file));
    }

    private double unreadable() {
        return metrics.get("portcullis.config.unreadable").gauge().value();
    }
}
