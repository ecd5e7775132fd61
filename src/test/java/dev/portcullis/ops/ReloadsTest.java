package dev.portcullis.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.config.ConfigReader;
import dev.portcullis.config.GatewayConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A changed configuration")
class ReloadsTest {
    private final GatewayConfig next =
            new ConfigReader(Map.of("COGNITO_CLIENT_SECRET", "x")).read(Path.of("conf/gateway.yaml"));
    private final Reloads reloads = new Reloads();

    @Test
    @DisplayName("is in use when all event loops have it")
    void all() {
        Promise<Void> slow = Promise.promise();
        reloads.add(config -> Future.succeededFuture());
        reloads.add(config -> slow.future());
        Future<Void> published = reloads.publish(next);
        assertThat(published.isComplete()).isFalse();
        slow.complete();
        assertThat(published.succeeded()).isTrue();
    }

    @Test
    @DisplayName("is not, where one of them could not use it")
    void notOne() {
        Promise<Void> slow = Promise.promise();
        reloads.add(config -> Future.failedFuture(new IllegalStateException()));
        reloads.add(config -> slow.future());
        Future<Void> published = reloads.publish(next);
        // The others are waited for all the same.
        assertThat(published.isComplete()).isFalse();
        slow.complete();
        assertThat(published.failed()).isTrue();
    }
}
