package dev.portcullis.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.dev.redis.LocalRedis;
import dev.portcullis.testkit.RawConnection;
import dev.portcullis.testkit.TestClient;
import dev.portcullis.testkit.World;
import io.vertx.core.json.JsonObject;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A call with a good token")
class HotPathTest {
    // What connections say for themselves is not asked by a call.
    private static final Pattern COMMAND = Pattern.compile("cmdstat_(?!info|ping|hello|client)([a-z|_]+):calls=(\\d+)");

    @Test
    @DisplayName("touches neither Redis nor Cognito, warm or cold, and so passes while both are gone (SEC-4)")
    void needsNobodyElse() throws Exception {
        try (LocalRedis redis = LocalRedis.start(LocalRedis.Options.standard().withoutPassword());
                World world = World.start(
                        configuration -> configuration.put("redis", new JsonObject().put("url", redis.url())))) {
            TestClient client = TestClient.register(world);
            JsonObject first = client.redeem(world.url(), client.code()).json();
            JsonObject second = client.refresh(world.url(), first.getString("refresh_token"))
                    .json();
            JsonObject third = client.refresh(world.url(), second.getString("refresh_token"))
                    .json();
            assertThat(call(world, client, first)).isEqualTo(200);

            long commands = commands(redis);
            assertThat(commands).isPositive();
            long fetches = world.cognito().calls().jwksFetches();
            for (int i = 0; i < 50; i++) {
                assertThat(call(world, client, first)).isEqualTo(200);
            }
            assertThat(call(world, client, second)).isEqualTo(200);
            assertThat(commands(redis)).isEqualTo(commands);
            assertThat(world.cognito().calls().jwksFetches()).isEqualTo(fetches);

            redis.close();
            world.cognito().close().toCompletionStage().toCompletableFuture().get();
            assertThat(call(world, client, first)).isEqualTo(200);
            assertThat(call(world, client, third)).isEqualTo(200);
            assertThat(client.refresh(world.url(), third.getString("refresh_token"))
                            .status())
                    .isEqualTo(503);
        }
    }

    private static int call(World world, TestClient client, JsonObject tokens) {
        return client.echo(world.mcpUrl(), tokens.getString("access_token"), "hi")
                .status();
    }

    private static long commands(LocalRedis redis) {
        try (RawConnection connection = RawConnection.to("http://localhost:" + redis.port())) {
            connection.write("INFO commandstats\r\n");
            String stats =
                    connection.read(Integer.parseInt(connection.readLine().substring(1)));
            return COMMAND.matcher(stats)
                    .results()
                    .mapToLong(found -> Long.parseLong(found.group(2)))
                    .sum();
        }
    }
}
